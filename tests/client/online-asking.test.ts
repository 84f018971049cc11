import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "@/lib/client/request";
import { createMessengerStore } from "@/lib/client/store/store";
import { createOnlineCount } from "@/lib/client/sync/online-count";
import { PRESENCE_SHOWN_MAX } from "@/lib/protocol/limits";
import { direct, group, holding } from "./support/rows";

let random: number;
let visible: boolean;
let end = () => {};

beforeEach(() => {
  vi.useFakeTimers();
  random = 0;
  visible = true;
  vi.spyOn(Math, "random").mockImplementation(() => random);
});
afterEach(() => {
  end();
  expect(vi.getTimerCount()).toBe(0);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A page on group `g`, with an open connection, where so many are online. */
function page(count = 2, participantCount = PRESENCE_SHOWN_MAX) {
  const state = holding([group({ id: "g" }, { participantCount }), group({ id: "h" }), direct({ id: "d" })]);
  const store = createMessengerStore({ ...state, openId: "g", connection: { status: "open", since: 1 } });
  const onlineCount = vi.fn(async (_id: string, _signal?: AbortSignal) => ({ online: count }));
  const counting = createOnlineCount({ store, api: { onlineCount }, isVisible: () => visible });
  end = counting.watch();
  return { store, onlineCount, counting, shown: () => store.getState().onlineInGroup };
}
const passes = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

describe("How many are online in the group on screen", () => {
  test("is asked for at once, and every thirty to forty-five seconds, so that pages spread out", async () => {
    const { onlineCount, shown } = page();
    await passes();
    expect(shown()).toEqual({ id: "g", count: 2 });
    await passes(29_999);
    expect(onlineCount).toHaveBeenCalledTimes(1);
    random = 1;
    await passes(1);
    expect(onlineCount).toHaveBeenCalledTimes(2);
    await passes(44_999);
    expect(onlineCount).toHaveBeenCalledTimes(2);
    await passes(1);
    expect(onlineCount).toHaveBeenCalledTimes(3);
  });

  test("that has not changed changes nothing that is drawn", async () => {
    const { store, onlineCount } = page();
    await passes();
    const before = store.getState();
    await passes(30_000);
    expect(onlineCount).toHaveBeenCalledTimes(2);
    expect(store.getState()).toBe(before);
  });

  test("is asked for anew where another group comes on screen, and what comes late of the one before is not shown", async () => {
    const { store, onlineCount, shown } = page();
    let answer = (_: { online: number }) => {};
    onlineCount.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    await passes();
    store.patch({ openId: "h" });
    await passes();
    answer({ online: 9 });
    await passes();
    expect(onlineCount.mock.calls.map(([id]) => id)).toEqual(["g", "h"]);
    expect(onlineCount.mock.calls.map(([, signal]) => signal?.aborted)).toEqual([true, false]);
    expect(shown()).toEqual({ id: "h", count: 2 });
  });

  test.each([
    ["there is no connection", { connection: { status: "lost" as const, since: 2 } }],
    ["no conversation is open", { openId: null }],
    ["the conversation is no group", { openId: "d" }],
  ])("is not asked for where %s", async (_, fields) => {
    const { store, onlineCount } = page();
    await passes();
    store.patch(fields);
    await passes(120_000);
    expect(onlineCount).toHaveBeenCalledTimes(1);
    store.patch({ openId: "g", connection: { status: "open", since: 3 } });
    await passes();
    expect(onlineCount).toHaveBeenCalledTimes(2);
  });

  test("that does not come is not shown, and is asked for again", async () => {
    const { onlineCount, shown } = page();
    onlineCount.mockRejectedValueOnce(new ApiError(500, { message: "No." }));
    await passes();
    expect(shown()).toBeNull();
    await passes(30_000);
    expect(shown()).toEqual({ id: "g", count: 2 });
  });

  test("is asked for a second after somebody comes or goes, and after somebody looks again", async () => {
    const { store, onlineCount, counting } = page();
    await passes();
    store.patch({ attentive: true });
    await passes(5_000);
    expect(onlineCount).toHaveBeenCalledTimes(1);
    store.patch({ online: new Set(["ann"]) });
    await passes(999);
    expect(onlineCount).toHaveBeenCalledTimes(1);
    await passes(1);
    expect(onlineCount).toHaveBeenCalledTimes(2);
    visible = false;
    await passes(60_000);
    expect(onlineCount).toHaveBeenCalledTimes(2);
    visible = true;
    counting.wake();
    await passes(1_000);
    expect(onlineCount).toHaveBeenCalledTimes(3);
  });

  test("is asked for however often somebody comes or goes, once a second", async () => {
    const { store, onlineCount } = page();
    for (let tick = 0; tick < 50; tick++) {
      store.patch({ online: new Set([`${tick}`]) });
      await passes(100);
    }
    expect(onlineCount).toHaveBeenCalledTimes(5);
  });

  const grown = (participantCount: number) => holding([group({ id: "g" }, { participantCount })]).conversations;

  test("is asked for soon after somebody is added to a group whose people are told of each other", async () => {
    const { store, onlineCount } = page(2, PRESENCE_SHOWN_MAX - 1);
    await passes();
    store.patch({ conversations: grown(PRESENCE_SHOWN_MAX) });
    await passes(1_000);
    expect(onlineCount).toHaveBeenCalledTimes(2);
  });

  test("of a larger group is asked for at once, when the connection is back and every now and then, whoever comes", async () => {
    const { store, onlineCount } = page(2, PRESENCE_SHOWN_MAX + 1);
    await passes();
    expect(onlineCount).toHaveBeenCalledTimes(1);
    for (let second = 1; second < 30; second++) {
      store.patch({ conversations: grown(PRESENCE_SHOWN_MAX + 1 + second), online: new Set([`${second}`]) });
      await passes(1_000);
    }
    expect(onlineCount).toHaveBeenCalledTimes(1);
    await passes(1_000);
    expect(onlineCount).toHaveBeenCalledTimes(2);
    store.patch({ connection: { status: "lost", since: 2 } });
    store.patch({ connection: { status: "open", since: 3 } });
    await passes();
    expect(onlineCount).toHaveBeenCalledTimes(3);
  });

  test("is asked for no more by a page that has stopped", async () => {
    const { store, onlineCount, counting } = page();
    await passes();
    end();
    counting.wake();
    store.patch({ online: new Set(["ann"]) });
    await passes(60_000);
    expect(onlineCount).toHaveBeenCalledTimes(1);
  });
});
