import sharp from "sharp";
import { expect, test } from "vitest";
import { setAvatar } from "@/lib/server/avatars";
import { FieldError } from "@/lib/server/http/errors";
import { decodeSquare } from "@/lib/server/pictures/decode";
import { held } from "../support/held";
import { type Person, people } from "../support/person";
import { manyPixels } from "../support/pictures";

const LIMITS = { pixels: 50_000_000, scans: 50, memory: 384 * 1024 * 1024, work: 10_000, time: 30_000 };

/** Processes of decoders that this one has started. */
const decoders = () => process.getActiveResourcesInfo().filter((kind) => kind === "ProcessWrap").length;

const picture = () =>
  sharp({ create: { width: 2_000, height: 2_000, channels: 4, background: "#f00" } })
    .png()
    .toBuffer();

test("pictures are decoded one at a time, so that a few of them cannot take all memory", async () => {
  const upload = await picture();
  const painters = await people(4, "painter");
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, decoders())), 1);
  await Promise.all(painters.map(({ id }) => setAvatar(id, async () => upload)));
  clearInterval(watch);
  expect(most).toBe(1);
  expect(decoders()).toBe(0);
});

test("an upload is not read before there is room for it", async () => {
  const uploaders = await people(30, "uploader");
  const [eager] = await people(1, "eager");
  let reading = 0;
  let open = () => {};
  const gate = new Promise<void>((opened) => (open = opened));
  const upload = async ({ id }: Person) => {
    const read = async () => {
      reading++;
      await gate;
      return Buffer.from("no picture");
    };
    return setAvatar(id, read).catch((error) => error);
  };
  const all = uploaders.map(upload);
  await expect.poll(() => reading).toBe(12);
  const many = Array.from({ length: 21 }, () => upload(eager as Person));
  expect(await many.pop()).toMatchObject({ status: 503 });
  expect(reading).toBe(12);
  open();
  for (const done of await Promise.all([...all, ...many])) expect(done).toBeInstanceOf(FieldError);
  expect(reading).toBe(50);
});

test("a decoder that takes too long, or too much memory, is ended; this process holds nothing of it", async () => {
  const upload = await picture();
  const bomb = await manyPixels();
  const before = process.memoryUsage.rss();
  await expect(decodeSquare(upload, 256, { ...LIMITS, time: 1 })).rejects.toThrow("picture_too_dear");
  await expect(decodeSquare(upload, 256, { ...LIMITS, work: 1 })).rejects.toThrow("picture_too_dear");
  await expect(decodeSquare(upload, 256, { ...LIMITS, memory: 1 })).rejects.toThrow("picture_too_dear");
  await expect(decodeSquare(bomb, 256)).rejects.toThrow("picture_too_dear");
  await held();
  expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024);
  expect(decoders()).toBe(0);
});
