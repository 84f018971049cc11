import { expect, test } from "vitest";
import { change } from "@/lib/client/store/draft";
import { initialState } from "@/lib/client/store/snapshot";
import type { HeldMessage, MessengerState } from "@/lib/client/store/state";
import { type OutboxItem, settle, showUnsent } from "@/lib/client/store/unsent";
import { windowOf } from "@/lib/client/store/window";

const nothing = { conversations: [], hasMore: false };
const empty = initialState({ ...nothing, unread: nothing, me: { id: "me", username: "me", name: null, avatarURL: null }, cursor: "" });

const item = (order: number, changes: Partial<OutboxItem> = {}): OutboxItem => ({
  clientId: `item ${order}`,
  conversationId: "c",
  content: "words",
  createdAt: "2026-11-21T12:00:00.000Z",
  order,
  state: "pending",
  reason: null,
  ...changes,
});
const show = (state: MessengerState, ...items: OutboxItem[]) =>
  change(state, ...items.map((one) => (draft: Parameters<typeof showUnsent>[0]) => showUnsent(draft, one, one)));
const shown = (state: MessengerState) => state.outbox.c?.map(({ clientId }) => clientId);
const sent = (clientId: string) => ({ id: `m ${clientId}`, seq: 1, clientId }) as HeldMessage;

test("Unsent messages stand in the order of their writing, however they come to be known", () => {
  expect(shown(show(empty, item(2), item(3), item(1)))).toEqual(["item 1", "item 2", "item 3"]);
});

test("An unsent message that has changed stands in its place, as it is now", () => {
  const state = show(empty, item(1), item(2), item(3));
  const failed = item(2, { state: "failed", reason: "Too long." });
  const after = show(state, failed);
  expect(after.outbox.c).toEqual([item(1), failed, item(3)]);
  expect(show(after, { ...failed, reason: "Too long still." }).outbox.c?.[1]?.reason).toBe("Too long still.");
  expect(show(state, item(2, { state: "waiting" })).outbox.c?.[1]?.state).toBe("waiting");
  expect(shown(show(state, item(4, { clientId: "item 1" })))).toEqual(["item 2", "item 3", "item 1"]);
});

test("One that is as it was changes nothing that is drawn", () => {
  const state = show(empty, item(1), item(2));
  expect(show(state, item(2)).outbox.c).toBe(state.outbox.c);
  expect(change(state, (draft) => showUnsent(draft, item(9), null)).outbox.c).toBe(state.outbox.c);
  expect(change(state, (draft) => settle(draft, "c", [sent("somebody else's")])).outbox.c).toBe(state.outbox.c);
});

test("One that is given up goes, and the others stay", () => {
  expect(shown(change(show(empty, item(1), item(2)), (draft) => showUnsent(draft, item(1), null)))).toEqual(["item 2"]);
});

test("One that has been sent goes, whichever of the two is known first", () => {
  const state = show(empty, item(1), item(2));
  expect(shown(change(state, (draft) => settle(draft, "c", [sent("item 1")])))).toEqual(["item 2"]);
  const arrived = { ...state, transcripts: { c: windowOf([sent("item 1")], 1) } };
  expect(shown(show(arrived, item(1, { state: "waiting" })))).toEqual(["item 2"]);
  expect(shown(show(arrived, item(2, { state: "waiting" })))).toEqual(["item 1", "item 2"]);
});
