import { describe, expect, it } from "vitest";
import { isId, newId } from "@/lib/server/ids";
import { formatCursor, parseCursor } from "@/lib/server/realtime/cursor";
import { encodeEvent, encodeGoodbye, encodeHeartbeat, encodeRetry } from "@/lib/server/realtime/frames";

const CURSOR = { epoch: "0199c3a0", position: 12, eventId: 7 };
const user = { id: "ann", username: "ann", name: null, avatarURL: null };
const message = { id: "m", conversationId: "c", seq: 1, content: "two\nlines", createdAt: "now", mine: false, sender: user };

describe("a frame", () => {
  it("of a message has no name, that of any other event its own", () => {
    expect(encodeEvent({ type: "message", message }, CURSOR).toString()).toBe(
      `id: ${formatCursor(CURSOR)}\ndata: ${JSON.stringify(message)}\n\n`,
    );
    expect(encodeEvent({ type: "ready" }, CURSOR).toString()).toBe(`event: ready\nid: ${formatCursor(CURSOR)}\ndata: {}\n\n`);
  });

  it("of the moment has no id", () => {
    expect(encodeEvent({ type: "signed_out" }).toString()).toBe("event: signed_out\ndata: {}\n\n");
  });

  it("of a heartbeat is a comment, and an event with a cursor", () => {
    expect(encodeHeartbeat(CURSOR).toString()).toBe(`:\nevent: ping\nid: ${formatCursor(CURSOR)}\ndata: 0\n\n`);
  });

  it("says in whole milliseconds when to come back", () => {
    expect(encodeRetry(1_234.56).toString()).toBe("retry: 1235\n\n");
    expect(encodeGoodbye(1_234.56).toString()).toBe("retry: 1235\nevent: retry\ndata: 1235\n\n");
  });
});

describe("a cursor", () => {
  it.each([CURSOR, { epoch: "00000001", position: 0, eventId: 0 }, { epoch: "ffffffff", position: 2 ** 48 - 1, eventId: 2 ** 47 - 1 }])(
    "comes back as it went out: %j",
    (cursor) => {
      expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
    },
  );

  it("is the same from every server where it names an event, and never the same where it names none", () => {
    expect(formatCursor(CURSOR)).toBe(formatCursor(CURSOR));
    const quiet = { ...CURSOR, eventId: 0 };
    expect(new Set(Array.from({ length: 100 }, () => formatCursor(quiet))).size).toBe(100);
  });

  it.each(["", "0199c3a0-12-7", "a".repeat(31), "a".repeat(33), "A".repeat(32), "g".repeat(32), `${"a".repeat(32)}\n`])(
    "that was never sent is none: %j",
    (text) => {
      expect(parseCursor(text)).toBeNull();
    },
  );

  it("that is made up is of another epoch", () => {
    const sent = formatCursor(CURSOR);
    for (let i = 0; i < sent.length; i++) {
      const changed = sent.slice(0, i) + (sent[i] === "0" ? "1" : "0") + sent.slice(i + 1);
      expect(parseCursor(changed)?.epoch).not.toBe(CURSOR.epoch);
    }
  });
});

describe("an id", () => {
  it("begins with the time, is a UUID of version 7, and never the same", () => {
    const before = Date.now();
    const ids = Array.from({ length: 1_000 }, newId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(1_000);
    const time = Number.parseInt((ids[0] as string).replaceAll("-", "").slice(0, 12), 16);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
    for (const at of [15, 20, 35]) expect(new Set(ids.map((id) => id[at])).size).toBe(16);
  });

  it("is known by its shape", () => {
    const id = newId();
    expect(isId(id)).toBe(true);
    expect([id.toUpperCase(), `${id}0`, `0${id}`, id.replaceAll("-", ""), ""].map(isId)).toEqual([false, false, false, false, false]);
  });
});
