import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { sql } from "../support/database";
import { type Person, person, request } from "../support/person";
import { send, talk } from "../support/talk";

let jane: Person;
beforeAll(async () => {
  jane = await person("jane");
});

const upload = (body: Uint8Array | string, type = "image/png") =>
  jane.fetch("/api/auth_user/avatar", { method: "PUT", headers: { "Content-Type": type }, body: body as BodyInit });

const RED = "#f00";
const BLUE = "#00f";
const picture = (width: number, height: number, background = RED) => sharp({ create: { width, height, channels: 3, background } });

/** The picture that an upload became. */
async function uploaded(body: Uint8Array, type?: string) {
  const answer = await upload(body, type);
  expect(answer.status).toBe(200);
  const { avatarURL } = await answer.json();
  const image = await jane.fetch(avatarURL);
  expect(image.status).toBe(200);
  const bytes = Buffer.from(await image.arrayBuffer());
  return { avatarURL, image, bytes, metadata: await sharp(bytes).metadata() };
}

/** Red and blue of the pixels in a strip of 100 rows, as 0 or 1. */
async function colours(bytes: Buffer, top: number) {
  const strip = await sharp(bytes).extract({ left: 0, top, width: 256, height: 100 }).toBuffer();
  const { channels } = await sharp(strip).stats();
  return { red: Math.round((channels[0]?.mean ?? 0) / 255), blue: Math.round((channels[2]?.mean ?? 0) / 255) };
}

describe("an avatar", () => {
  it("becomes a square WebP, upright and without what the camera wrote into it", async () => {
    // A quarter turn in its metadata: the left half is what belongs at the top.
    const photo = await picture(800, 400)
      .composite([{ input: await picture(400, 400, BLUE).png().toBuffer(), left: 0, top: 0 }])
      .withMetadata({ orientation: 6 })
      .withExifMerge({ IFD0: { Copyright: "Jane" }, IFD3: { GPSLatitude: "52/1 30/1 0/1" } })
      .jpeg()
      .toBuffer();
    expect((await sharp(photo).metadata()).exif).toBeDefined();

    const { image, bytes, metadata } = await uploaded(photo, "image/jpeg");
    expect(await colours(bytes, 0)).toEqual({ red: 0, blue: 1 });
    expect(await colours(bytes, 156)).toEqual({ red: 1, blue: 0 });
    expect(metadata).toMatchObject({ format: "webp", width: 256, height: 256 });
    expect(metadata.exif).toBeUndefined();
    expect(image.headers.get("content-type")).toBe("image/webp");
    expect(image.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
    expect(image.headers.get("x-content-type-options")).toBe("nosniff");
    expect(image.headers.get("content-disposition")).toBe('inline; filename="picture.webp"');
    expect(image.headers.get("content-security-policy")).toContain("sandbox");
  });

  it("is the first frame of what moves", async () => {
    const frames = await Promise.all([picture(64, 64).png().toBuffer(), picture(64, 64, BLUE).png().toBuffer()]);
    const animation = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(animation).metadata()).pages).toBe(2);
    const { metadata } = await uploaded(animation, "image/gif");
    expect(metadata.pages ?? 1).toBe(1);
  });

  it("has a new address each time, and the old one goes", async () => {
    const first = await uploaded(await picture(300, 300).png().toBuffer());
    const second = await uploaded(await picture(300, 300).webp().toBuffer(), "image/webp");
    expect(second.avatarURL).not.toBe(first.avatarURL);
    expect((await jane.fetch(first.avatarURL)).status).toBe(404);

    const removed = await jane.fetch("/api/auth_user/avatar", { method: "DELETE" });
    expect(removed.status).toBe(200);
    expect((await removed.json()).avatarURL).toBeNull();
    expect((await jane.fetch(second.avatarURL)).status).toBe(404);
    expect((await jane.fetch("/api/avatars/no-id")).status).toBe(404);
  });

  it("is told to each conversation", async () => {
    await send(jane, (await talk(jane, await person("walter"))).id, "hi");
    await uploaded(await picture(300, 300).png().toBuffer());
    await jane.fetch("/api/auth_user/avatar", { method: "DELETE" });
    expect(await sql("SELECT FROM events WHERE type = 'user' AND user_id = $1", [jane.id])).toHaveLength(2);
  });

  it.each<[string, () => Promise<Uint8Array> | Uint8Array]>([
    ["text", () => Buffer.from("not a picture")],
    ["nothing", () => new Uint8Array()],
    ["a drawing with code in it", () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script/></svg>')],
    ["a picture cut short", async () => (await picture(500, 500).png().toBuffer()).subarray(0, 60)],
    ["a small file that unfolds into 300 MB", () => picture(10_000, 10_000).png().toBuffer()],
  ])("is not %s", async (_, make) => {
    const refused = await upload(await make());
    expect(refused.status).toBe(422);
    expect((await refused.json()).errors).toEqual({ avatar: expect.any(String) });
  });

  it("has at most 5 MB and the type of an image", async () => {
    expect((await upload(new Uint8Array(5 * 1024 * 1024 + 1))).status).toBe(413);
    expect((await upload("{}", "application/json")).status).toBe(415);
  });

  it("belongs to somebody who is signed in", async () => {
    expect((await request("/api/auth_user/avatar", { method: "PUT" })).status).toBe(401);
    expect((await request("/api/auth_user/avatar", { method: "DELETE" })).status).toBe(401);
  });
});
