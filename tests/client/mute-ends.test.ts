import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { learnConversations } from "@/lib/client/store/conversations";
import { createMessengerStore, type Store } from "@/lib/client/store/store";
import { watchMuteEnds } from "@/lib/client/sync/mute-ends";
import type { Conversation } from "@/lib/protocol/conversations";
import { direct, holding } from "./support/rows";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const row = (id: string, muted: string, placeVersion = 0) => direct({ id, muted, placeVersion });
const muted = (store: Store) =>
  Object.fromEntries([...store.getState().conversations.ids()].sort().map((id) => [id, store.getState().conversations.get(id)?.muted]));
let stop = () => {};

function watching(...rows: Conversation[]): Store {
  const store = createMessengerStore(holding(rows));
  stop = watchMuteEnds(store);
  return store;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

describe("What is muted for a time", () => {
  test("is heard of again when that is over, each in its time, and the others stay as they are", async () => {
    const [first, second] = [inMs(HOUR), inMs(2 * HOUR)];
    const store = watching(row("a", second), row("b", first), row("c", "always"), row("d", "no"));
    await vi.advanceTimersByTimeAsync(HOUR - 1);
    expect(muted(store)).toEqual({ a: second, b: first, c: "always", d: "no" });
    await vi.advanceTimersByTimeAsync(1);
    expect(muted(store)).toEqual({ a: second, b: "no", c: "always", d: "no" });
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(muted(store)).toEqual({ a: "no", b: "no", c: "always", d: "no" });
  });

  test("is known within a second where it was muted since, or for less long", async () => {
    const store = watching(row("a", inMs(5 * HOUR)));
    store.change((draft) => learnConversations(draft, [row("a", inMs(HOUR), 1), row("b", inMs(2 * HOUR))]));
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(muted(store).a).toBe("no");
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(muted(store).b).toBe("no");
  });

  test("is heard of on the day, were it more than a timer can count to", async () => {
    const store = watching(row("a", inMs(30 * DAY)));
    await vi.advanceTimersByTimeAsync(30 * DAY - 1);
    expect(muted(store).a).not.toBe("no");
    await vi.advanceTimersByTimeAsync(1);
    expect(muted(store).a).toBe("no");
  });

  test("costs one timer while nothing changes, and one look a second while much does", async () => {
    const store = watching(row("a", inMs(5 * HOUR)), row("b", "no"));
    expect(vi.getTimerCount()).toBe(1);
    store.patch({ attentive: true });
    expect(vi.getTimerCount()).toBe(1);
    for (let i = 1; i <= 50; i++) store.change((draft) => learnConversations(draft, [row("b", "always", i)]));
    expect(vi.getTimerCount()).toBe(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(vi.getTimerCount()).toBe(1);
  });

  test("leaves no timer where nothing is, nor in a page that has stopped", async () => {
    const store = watching(row("a", "always"), row("b", "no"));
    expect(vi.getTimerCount()).toBe(0);
    store.change((draft) => learnConversations(draft, [row("a", inMs(HOUR), 1)]));
    await vi.advanceTimersByTimeAsync(1_000);
    store.change((draft) => learnConversations(draft, [row("b", inMs(HOUR), 1)]));
    expect(vi.getTimerCount()).toBe(2);
    stop();
    expect(vi.getTimerCount()).toBe(0);
    store.change((draft) => learnConversations(draft, [row("b", "always", 2)]));
    expect(vi.getTimerCount()).toBe(0);
  });
});
