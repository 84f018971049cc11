import { describe, expect, test, vi } from "vitest";
import { ApiError } from "@/lib/client/request";
import type { MessengerState } from "@/lib/client/store/state";
import { createMessengerStore } from "@/lib/client/store/store";
import { idsOfUnsent, strandedIn, wordsIn } from "@/lib/client/store/stranded";
import type { OutboxItem } from "@/lib/client/store/unsent";
import { watchStranded } from "@/lib/client/sync/stranded";
import { at, direct, group, holding } from "./support/rows";

const item = (conversationId: string, state: OutboxItem["state"]): OutboxItem => ({
  clientId: `${conversationId} ${state}`,
  conversationId,
  content: `${state} words`,
  createdAt: at(1),
  order: 1,
  state,
  reason: null,
});
const failure = (status: number) => new ApiError(status, { message: "No." });
const OPEN: MessengerState["connection"] = { status: "open", since: 1 };
const LOST: MessengerState["connection"] = { status: "lost", since: 2 };

describe("What somebody has written and not sent", () => {
  const written = {
    drafts: { blank: " \n", draft: "words", both: " more " },
    outbox: {
      both: [item("both", "pending")],
      refused: [item("refused", "waiting"), item("refused", "failed")],
      waits: [item("waits", "pending")],
    },
  };

  test("is its messages and its draft, where that holds more than white space", () => {
    expect(wordsIn(written, "both")).toEqual([
      { clientId: "both pending", text: "pending words" },
      { clientId: null, text: " more " },
    ]);
    for (const id of ["blank", "elsewhere"]) expect(wordsIn(written, id)).toEqual([]);
  });

  test("does not go by itself where it was refused or is a draft", () => {
    expect(idsOfUnsent(written).sort()).toEqual(["both", "draft", "refused"]);
  });

  test("is stranded in what one is not in any more, where there is anything left", () => {
    expect(strandedIn({ ...written, gone: { draft: "The team", blank: null } })).toEqual([
      { conversationId: "draft", name: "The team", words: [{ clientId: null, text: "words" }] },
    ]);
  });
});

describe("A conversation with something unsent that is not held", () => {
  function page(fields: Partial<MessengerState>) {
    const store = createMessengerStore({ ...holding([]), connection: OPEN, ...fields });
    const conversation = vi.fn((_id: string): Promise<never> => Promise.reject(failure(404)));
    const stop = watchStranded({ store, api: { conversation } });
    return { store, conversation, stop, gone: () => store.getState().gone };
  }
  const settled = () => new Promise(setImmediate);

  test("is asked for once, and gone where the server knows of none", async () => {
    const { store, conversation, gone } = page({ drafts: { c: "words" } });
    await settled();
    store.patch({ drafts: { c: "words and more" } });
    await settled();
    expect(conversation.mock.calls).toEqual([["c"]]);
    expect(gone()).toEqual({ c: null });
  });

  test("is asked for again with the next connection where the answer says nothing of it", async () => {
    const { store, conversation, gone } = page({ drafts: { c: "words" }, connection: LOST });
    await settled();
    expect(conversation).not.toHaveBeenCalled();
    conversation.mockRejectedValueOnce(failure(500));
    store.patch({ connection: OPEN });
    await settled();
    store.patch({ drafts: { c: "other words" } });
    await settled();
    expect([conversation.mock.calls.length, gone()]).toEqual([1, {}]);
    store.patch({ connection: LOST });
    store.patch({ connection: OPEN });
    await settled();
    expect([conversation.mock.calls.length, gone()]).toEqual([2, { c: null }]);
  });

  test("is not asked for again with the next connection where it was answered", async () => {
    const { store, conversation } = page({ drafts: { c: "words" } });
    await settled();
    conversation.mockResolvedValue(null as never);
    store.patch({ drafts: { c: "words", d: "words" } });
    await settled();
    store.patch({ connection: LOST });
    store.patch({ connection: OPEN });
    await settled();
    expect(conversation.mock.calls).toEqual([["c"], ["d"]]);
  });

  test("is asked for over the next connection where that has come before the failure over the last", async () => {
    const { store, conversation, gone } = page({ drafts: { c: "words" }, connection: LOST });
    let refuse = (_: ApiError) => {};
    conversation.mockImplementationOnce(() => new Promise((_, reject) => (refuse = reject)));
    for (const connection of [OPEN, LOST, OPEN]) store.patch({ connection });
    refuse(failure(0));
    await settled();
    expect([conversation.mock.calls.length, gone()]).toEqual([2, { c: null }]);
  });

  test("waits until the one before is answered, and for the connection", async () => {
    const { store, conversation } = page({ drafts: { c: "words", d: "words", e: "words" }, connection: LOST });
    let refuse = (_: ApiError) => {};
    conversation.mockImplementation(() => new Promise((_, reject) => (refuse = reject)));
    store.patch({ connection: OPEN });
    await settled();
    expect(conversation.mock.calls).toEqual([["c"]]);
    refuse(failure(404));
    await settled();
    expect(conversation.mock.calls).toEqual([["c"], ["d"]]);
    store.patch({ connection: LOST });
    refuse(failure(404));
    await settled();
    expect(conversation.mock.calls).toEqual([["c"], ["d"]]);
  });

  test.each(["before it was held", "while it was"])("is asked for again when it goes, though it was answered %s", async (when) => {
    const { store, conversation, gone } = page({ drafts: { c: "words" }, connection: LOST });
    let answer = (_: never) => {};
    conversation.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    store.patch({ connection: OPEN });
    if (when === "before it was held") answer(null as never);
    await settled();
    store.patch({ conversations: holding([group({}, { name: "The team" })]).conversations });
    answer(null as never);
    await settled();
    store.patch({ conversations: holding([]).conversations });
    await settled();
    expect([conversation.mock.calls.length, gone()]).toEqual([2, { c: "The team" }]);
  });

  test("that has come meanwhile is not gone", async () => {
    const { store, conversation, gone } = page({ drafts: { c: "words" }, connection: LOST });
    let refuse = (_: ApiError) => {};
    conversation.mockImplementationOnce(() => new Promise((_, reject) => (refuse = reject)));
    store.patch({ connection: OPEN });
    store.change((draft) => draft.set("conversations", holding([direct()]).conversations));
    refuse(failure(404));
    await settled();
    expect(gone()).toEqual({});
  });

  test("is known by the name that it had while one was in it, and no longer once nothing is unsent there", async () => {
    const held = holding([group({}, { name: "The team" })]).conversations;
    const { store, gone } = page({ drafts: { c: "words" }, conversations: held });
    store.patch({ conversations: holding([]).conversations });
    await settled();
    expect(gone()).toEqual({ c: "The team" });
    const before = store.getState();
    store.patch({ attentive: true });
    expect(store.getState().gone).toBe(before.gone);
    store.patch({ drafts: { c: " " } });
    expect(gone()).toEqual({});
    store.patch({ drafts: { c: "words" }, connection: LOST });
    store.patch({ connection: OPEN });
    await settled();
    expect(gone()).toEqual({ c: null });
  });

  test("that is held again is gone no more", async () => {
    const { store, gone } = page({ drafts: { c: "words" } });
    await settled();
    store.patch({ conversations: holding([direct()]).conversations });
    expect(gone()).toEqual({});
  });

  test("is looked for no more by a page that has stopped", async () => {
    const { store, conversation, stop } = page({});
    stop();
    store.patch({ drafts: { c: "words" } });
    await settled();
    expect(conversation).not.toHaveBeenCalled();
  });

  test("is not asked for by a page that has stopped while another was", async () => {
    const { conversation, stop } = page({ drafts: { c: "words", d: "words" } });
    stop();
    await settled();
    expect(conversation.mock.calls).toEqual([["c"]]);
  });
});
