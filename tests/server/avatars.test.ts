import sharp from "sharp";
import { expect, test } from "vitest";
import { setAvatar } from "@/lib/server/avatars";
import { people } from "../support/person";

test("pictures are decoded one at a time, so that a few of them cannot take all memory", async () => {
  const picture = await sharp({ create: { width: 2_000, height: 2_000, channels: 4, background: "#f00" } })
    .png({ progressive: true })
    .toBuffer();
  const painters = await people(4, "painter");
  let most = 0;
  const watch = setInterval(() => {
    const { queue, process } = sharp.counters();
    most = Math.max(most, queue + process);
  }, 1);
  await Promise.all(painters.map(({ id }) => setAvatar(id, picture)));
  clearInterval(watch);
  expect(most).toBe(1);
});
