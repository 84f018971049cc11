import { expect, test } from "vitest";
import { change } from "@/lib/client/store/draft";
import { initialState } from "@/lib/client/store/snapshot";
import { patchTranscript } from "@/lib/client/store/transcripts";
import { conversationIn, NOTHING, transcriptIn, viewSnapshot } from "@/lib/client/store/views";
import { Conversation } from "@/lib/protocol/conversations";
import type { Message } from "@/lib/protocol/messages";
import type { User } from "@/lib/protocol/users";

const user = (id: string): User => ({ id, username: id, name: null, avatarURL: null });
const message = (seq: number): Message => ({
  id: `m${seq}`,
  seq,
  conversationId: "c",
  content: `message ${seq}`,
  createdAt: "2026-11-21T12:00:00.000Z",
  mine: false,
  sender: user("ann"),
});
const messages = [message(1), message(2), message(3)];
const conversation = (readSeq: number, lastSeq = 3) =>
  Conversation.parse({
    id: "c",
    kind: "direct",
    otherParticipant: user("ann"),
    lastMessage: lastSeq === 0 ? null : message(lastSeq),
    unreadCount: lastSeq - readSeq,
    hasUnreadMessages: lastSeq > readSeq,
    readSeq,
    otherReadSeq: 0,
    lastSeq,
  });
const state = initialState({
  me: user("me"),
  conversations: [conversation(1)],
  hasMore: false,
  unread: { conversations: [], hasMore: false },
  transcript: { conversation: conversation(1), messages },
  cursor: "",
});

test("A painted page shows its messages in their order, who said them, and the divider before what is unread", () => {
  const view = viewSnapshot({ conversation: conversation(1), messages: [...messages].reverse() });
  expect(view.messages).toEqual(messages);
  expect(view).toMatchObject({ firstUnread: 2, atStart: true, atEnd: true, ahead: [] });
});

test("A painted page of what has all been read has no divider, and one without a message is whole", () => {
  expect(viewSnapshot({ conversation: conversation(3), messages }).firstUnread).toBeNull();
  expect(viewSnapshot({ conversation: conversation(0, 0), messages: [] })).toMatchObject({ messages: [], atStart: true, atEnd: true });
  expect(viewSnapshot({ conversation: conversation(3, 9), messages })).toMatchObject({ atEnd: false });
});

test("A conversation that was never opened has nothing to show yet, and nothing on its way", () => {
  expect(transcriptIn(state, "another")).toBeUndefined();
  expect(NOTHING).toMatchObject({
    messages: [],
    ahead: [],
    atStart: false,
    atEnd: false,
    loadingWindow: false,
    failure: null,
    firstUnread: null,
  });
});

test("What is shown stays the same object until something changes that it shows", () => {
  const renamed = change(state, (draft) => draft.setUser({ ...user("bob"), name: "Bob" }));
  expect(transcriptIn(renamed, "c")).toBe(transcriptIn(state, "c"));
  expect(conversationIn(renamed, "c")).toBe(conversationIn(state, "c"));
});

test("Somebody's new name shows at their messages and in the list", () => {
  const before = [transcriptIn(state, "c"), conversationIn(state, "c")];
  const after = change(state, (draft) => draft.setUser({ ...user("ann"), name: "Ann" }));
  expect(transcriptIn(after, "c")?.messages.map(({ sender }) => sender.name)).toEqual(["Ann", "Ann", "Ann"]);
  expect(conversationIn(after, "c")).toMatchObject({ otherParticipant: { name: "Ann" }, lastMessage: { sender: { name: "Ann" } } });
  expect(before.map((view) => JSON.stringify(view))).not.toContain('"Ann"');
});

test("A transcript is another one only where something of it differs, and one that is not held does not come to be", () => {
  expect(change(state, (draft) => patchTranscript(draft, "c", { loadingOlder: false, atEnd: true }))).toBe(state);
  expect(change(state, (draft) => patchTranscript(draft, "another", { loadingOlder: true }))).toBe(state);
  const loading = change(state, (draft) => patchTranscript(draft, "c", { loadingOlder: true, atEnd: true }));
  expect(transcriptIn(loading, "c")).toMatchObject({ loadingOlder: true, messages });
});
