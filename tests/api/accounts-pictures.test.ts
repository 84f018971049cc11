import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { type Person, person } from "../support/person";
import { manyPixels, manyScans, slow } from "../support/pictures";
import { pair, sendRequest } from "../support/talk";

const upload = (who: Person, body: Uint8Array) =>
  who.fetch("/api/auth_user/avatar", { method: "PUT", headers: { "Content-Type": "image/png" }, body: body as BodyInit });

let mallory: Person;
let ann: Person;
let talk: string;
let portrait: Uint8Array;
beforeAll(async () => {
  mallory = await person("mallory");
  const two = await pair();
  [ann, talk] = [two.one, two.id];
  portrait = await sharp({ create: { width: 300, height: 300, channels: 3, background: "#f00" } })
    .png()
    .toBuffer();
});

describe("a picture that takes too much to open", () => {
  it.each<[string, () => Promise<Uint8Array> | Uint8Array]>([
    ["a JPEG of thousands of scans", manyScans],
    ["an AVIF of a kilobyte and twenty-five million pixels", manyPixels],
  ])("is refused (%s), while another's picture and messages go through", async (_, make) => {
    const bomb = await make();
    let refused = 0;
    const bombs = Array.from({ length: 3 }, async () => {
      const answer = await upload(mallory, bomb);
      refused++;
      expect(answer.status).toBe(422);
      expect((await answer.json()).errors.avatar).toMatch(/too much work/);
    });
    const own = upload(ann, portrait).then((answer) => [answer.status, refused]);
    for (let i = 0; i < 20; i++) expect((await sendRequest(ann, talk, { content: `message ${i}` })).status).toBe(201);
    // Theirs waited for one of the three at most.
    const [status, before] = await own;
    expect(status).toBe(200);
    expect(before).toBeLessThanOrEqual(2);
    await Promise.all(bombs);
  });
});

describe("the uploads of one person", () => {
  it("never delay another's by more than one of them", async () => {
    const [hoarder, other] = [await person("hoarder"), await person("other")];
    const picture = await slow();
    const order: string[] = [];
    const upTo = async (who: Person, body: Uint8Array) => {
      const { status } = await upload(who, body);
      order.push(who.username);
      return status;
    };
    const all = Array.from({ length: 8 }, () => upTo(hoarder, picture));
    all.push(upTo(other, portrait));
    expect(new Set(await Promise.all(all))).toEqual(new Set([200]));
    expect(order.indexOf("other")).toBeLessThanOrEqual(2);
  });
});
