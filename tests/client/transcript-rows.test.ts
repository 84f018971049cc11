import { describe, expect, test } from "vitest";
import { rowsOf } from "@/lib/client/screen/transcript-rows";
import type { OutboxItem } from "@/lib/client/store/unsent";
import type { Message } from "@/lib/protocol/messages";

const user = (id: string) => ({ id, username: id, name: null, avatarURL: null });

function message(seq: number, from: string, createdAt: string, clientId?: string): Message {
  return {
    id: `m${seq}`,
    conversationId: "c",
    seq,
    content: `${seq}`,
    createdAt,
    mine: from === "me",
    sender: user(from),
    ...(clientId && { clientId }),
  };
}

const unsent = (clientId: string, createdAt: string): OutboxItem => ({
  clientId,
  conversationId: "c",
  content: "…",
  createdAt,
  order: Date.parse(createdAt),
  state: "pending",
  reason: null,
});

const nothing = { outbox: [], firstUnread: null, otherReadSeq: 0, zone: "UTC" };

describe("A row goes on where its sender left off", () => {
  test("within five minutes, unsent ones too", () => {
    const rows = rowsOf({
      ...nothing,
      messages: [message(1, "me", "2026-01-05T10:00:00.000Z"), message(2, "me", "2026-01-05T10:04:59.000Z")],
      outbox: [unsent("x", "2026-01-05T10:05:30.000Z")],
    });
    expect(rows.map((row) => row.continues)).toEqual([false, true, true]);
  });

  test("not after five minutes, another sender, a day or the line of what is new", () => {
    const messages = [
      message(1, "ann", "2026-01-05T10:00:00.000Z"),
      message(2, "ann", "2026-01-05T10:05:00.000Z"),
      message(3, "me", "2026-01-05T10:05:01.000Z"),
      message(4, "ann", "2026-01-05T23:59:59.000Z"),
      message(5, "ann", "2026-01-06T00:00:00.000Z"),
      message(6, "ann", "2026-01-06T00:00:01.000Z"),
    ];
    const rows = rowsOf({ ...nothing, messages, firstUnread: 6 });
    expect(rows.map((row) => row.continues)).toEqual([false, false, false, false, false, false]);
    expect(rows.map((row) => row.startsDay)).toEqual([true, false, false, false, true, false]);
    expect(rows.findIndex((row) => row.startsUnread)).toBe(5);
  });
});

test("A day begins where the reader is, not at Greenwich", () => {
  const messages = [message(1, "ann", "2026-01-05T14:59:00.000Z"), message(2, "ann", "2026-01-05T15:00:00.000Z")];
  expect(rowsOf({ ...nothing, messages, zone: "Asia/Tokyo" }).map((row) => row.startsDay)).toEqual([true, true]);
});

test("A message keeps its row from pending to read", () => {
  const at = "2026-01-05T10:00:00.000Z";
  const pending = rowsOf({ ...nothing, messages: [], outbox: [unsent("x", at)] })[0];
  const sent = rowsOf({ ...nothing, messages: [message(1, "me", at, "x")] })[0];
  const read = rowsOf({ ...nothing, messages: [message(1, "me", at, "x")], otherReadSeq: 1 })[0];
  expect([pending?.key, sent?.key, read?.key]).toEqual(["x", "x", "x"]);
  expect([pending?.progress, sent?.progress, read?.progress]).toEqual(["pending", "sent", "read"]);
});

test("A new message leaves the values of every other row as they were", () => {
  const messages = [1, 2, 3].map((seq) => message(seq, "ann", `2026-01-05T10:00:0${seq}.000Z`));
  const after = rowsOf({ ...nothing, messages: [...messages, message(4, "ann", "2026-01-05T10:00:04.000Z")] });
  expect(after.slice(0, 3)).toEqual(rowsOf({ ...nothing, messages }));
});

test("A message of one's own shows how far it has come: waiting, refused, sent, read; one of another shows nothing", () => {
  const at = "2026-01-05T10:00:00.000Z";
  const rows = rowsOf({
    ...nothing,
    messages: [message(1, "me", at, "a"), message(2, "me", at, "b"), message(3, "ann", at)],
    outbox: [
      { ...unsent("c", at), state: "waiting" },
      { ...unsent("d", at), state: "failed", reason: "No." },
    ],
    otherReadSeq: 1,
  });
  expect(rows.map(({ progress }) => progress)).toEqual(["read", "sent", null, "waiting", "failed"]);
  const ofGroup = rowsOf({ ...nothing, messages: [message(1, "me", at)], otherReadSeq: null });
  expect(ofGroup.map(({ progress, key }) => [progress, key])).toEqual([["sent", "m1"]]);
});

test("A message of another keeps its own key, whatever it carries", () => {
  expect(rowsOf({ ...nothing, messages: [message(1, "ann", "2026-01-05T10:00:00.000Z", "x")] })[0]?.key).toBe("m1");
});

test("Groups end after five minutes to the millisecond", () => {
  const apart = (later: string) =>
    rowsOf({ ...nothing, messages: [message(1, "ann", "2026-01-05T10:00:00.000Z"), message(2, "ann", later)] })[1]?.continues;
  expect([apart("2026-01-05T10:04:59.999Z"), apart("2026-01-05T10:05:00.000Z")]).toEqual([true, false]);
});

test("Pictures and names stand at what others say in a group, and nowhere else", () => {
  const messages = [message(1, "ann", "2026-11-21T12:00:00.000Z"), message(2, "me", "2026-11-21T12:00:01.000Z")];
  const ofMany = (inGroup?: boolean) =>
    rowsOf({
      messages,
      outbox: [unsent("u", "2026-11-21T12:00:02.000Z")],
      firstUnread: null,
      otherReadSeq: null,
      zone: "UTC",
      inGroup,
    }).map((row) => row.ofMany);
  expect(ofMany(true)).toEqual([true, false, false]);
  expect(ofMany(false)).toEqual([false, false, false]);
  expect(ofMany()).toEqual([false, false, false]);
});
