import { describe, expect, it } from "vitest";
import { isId, newId } from "@/lib/server/ids";
import { formatCursor, parseCursor } from "@/lib/server/realtime/cursor";
import { encodeEvent, encodeHeartbeat, encodeRetry } from "@/lib/server/realtime/frames";

const CURSOR = { epoch: "0199c3a0", position: 12, eventId: 7 };
const user = { id: "ann", username: "ann", name: null, avatarURL: null };
const message = { id: "m", conversationId: "c", seq: 1, content: "two\nlines", createdAt: "now", mine: false, sender: user };

describe("a frame", () => {
  it("of a message has no name, that of any other event its own", () => {
    expect(encodeEvent({ type: "message", message }, CURSOR).toString()).toBe(`id: 0199c3a0-12-7\ndata: ${JSON.stringify(message)}\n\n`);
    expect(encodeEvent({ type: "ready" }, CURSOR).toString()).toBe("event: ready\nid: 0199c3a0-12-7\ndata: {}\n\n");
  });

  it("of the moment has no id", () => {
    expect(encodeEvent({ type: "signed_out" }).toString()).toBe("event: signed_out\ndata: {}\n\n");
  });

  it("of a heartbeat is a comment, and an event with a cursor", () => {
    expect(encodeHeartbeat(CURSOR).toString()).toBe(":\nevent: ping\nid: 0199c3a0-12-7\ndata: 0\n\n");
  });

  it("says in whole milliseconds when to come back", () => {
    expect(encodeRetry(1_234.56).toString()).toBe("retry: 1235\n\n");
  });
});

describe("a cursor", () => {
  it("comes back as it went out", () => {
    expect(parseCursor(formatCursor(CURSOR))).toEqual(CURSOR);
  });

  it.each([
    "",
    "0199c3a0-12",
    "0199c3a-12-7",
    "0199c3a01-12-7",
    "x0199c3a0-12-7",
    "0199c3a0-12-7x",
    "0199C3A0-12-7",
    "0199c3a0--7",
    "0199c3a0-12-",
    `0199c3a0-${"1".repeat(17)}-7`,
    `0199c3a0-12-${"1".repeat(17)}`,
  ])("that was never sent is none: %j", (text) => {
    expect(parseCursor(text)).toBeNull();
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
