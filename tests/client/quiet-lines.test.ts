import { expect, test } from "vitest";
import { quietSentence } from "@/lib/client/screen/quiet-lines";
import { rowsOf } from "@/lib/client/screen/transcript-rows";
import type { Message } from "@/lib/protocol/messages";
import type { QuietLine } from "@/lib/protocol/quiet-lines";
import type { User } from "@/lib/protocol/users";

const user = (name: string): User => ({ id: name.toLowerCase(), username: name.toLowerCase(), name, avatarURL: null });
const line = (notice: QuietLine | undefined, from = "Ada", seq = 1): Message => ({
  id: `m${seq}`,
  conversationId: "c",
  seq,
  content: "as the server says it",
  createdAt: "2026-11-21T12:00:00.000Z",
  mine: from === "Me",
  sender: user(from),
  notice,
});
const people = (...names: string[]) => names.map(user);

test.each<[string, QuietLine, string?]>([
  ["Ada made this group", { kind: "created" }],
  ["You joined", { kind: "joined" }, "Me"],
  ["Ada added you", { kind: "added", users: people("Me"), count: 1 }],
  ["You added Bob and Cid", { kind: "added", users: people("Bob", "Cid"), count: 2 }, "Me"],
  ["Ada added Bob, Cid, Dan and Eve", { kind: "added", users: people("Bob", "Cid", "Dan", "Eve"), count: 4 }],
  ["Ada added Bob, Cid, Dan and 1,997 others", { kind: "added", users: people("Bob", "Cid", "Dan", "Eve"), count: 2_000 }],
  ["Ada removed Bob", { kind: "removed", users: people("Bob"), count: 1 }],
  ["Ada named the group “Engine”", { kind: "renamed", name: "Engine" }],
  ["Ada made you an owner", { kind: "role", users: people("Me"), count: 1, role: "owner" }],
  ["Ada made Bob a participant again", { kind: "role", users: people("Bob"), count: 1, role: "participant" }],
  ["Ada left", { kind: "left" }],
  ["Ada named the group “”", { kind: "renamed" }],
  ["Ada changed the description", { kind: "described" }],
  ["Ada changed the picture", { kind: "pictured" }],
  ["Ada changed the settings", { kind: "settings" }],
  ["Ada made Bob an administrator", { kind: "role", users: people("Bob"), role: "administrator" }],
  ["Ada made Bob a participant again", { kind: "role", users: people("Bob") }],
  ["Ada removed nobody", { kind: "removed" }],
  ["as the server says it", { kind: "a kind of a newer server" }],
  ["as the server says it", { kind: "constructor" }],
])("%s", (sentence, notice, from) => {
  expect(quietSentence(line(notice, from), "me")).toBe(sentence);
});

test("A quiet line ends the run of whom it is told of, and is nobody's own", () => {
  const messages = [line(undefined, "Ada", 1), line(undefined, "Ada", 2), line({ kind: "joined" }, "Ada", 3), line(undefined, "Ada", 4)];
  const rows = rowsOf({ messages, outbox: [], firstUnread: null, otherReadSeq: null, zone: "UTC", inGroup: true });
  expect(rows.map(({ continues }) => continues)).toEqual([false, true, false, false]);
  expect(rows.map(({ ofMany }) => ofMany)).toEqual([true, true, false, true]);
  const [mine] = rowsOf({ messages: [line({ kind: "joined" }, "Me")], outbox: [], firstUnread: null, otherReadSeq: null, zone: "UTC" });
  expect(mine?.progress).toBeNull();
});
