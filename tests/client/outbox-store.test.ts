import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createOutboxStore } from "@/lib/client/outbox/outbox-store";
import type { Unsent } from "@/lib/client/store/unsent";

const item = (clientId: string, order: number, userId = "me"): Unsent => ({
  clientId,
  userId,
  conversationId: "c",
  content: "words",
  createdAt: "2026-11-21T12:00:00.000Z",
  order,
  refused: null,
});

beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
});

describe("What is kept in this browser", () => {
  test("is there for the next page, in the order of writing, and for nobody else", async () => {
    const onBroken = vi.fn();
    const store = createOutboxStore(onBroken);
    for (const one of [item("a", 3), item("b", 1), item("c", 2), item("d", 4, "ann")]) await store.put(one);
    const next = createOutboxStore(onBroken);
    expect(await next.all("me")).toEqual([item("b", 1), item("c", 2), item("a", 3)]);
    expect(await next.all("nobody")).toEqual([]);
    await next.remove("b");
    await next.put({ ...item("c", 2), refused: "No." });
    expect(await store.all("me")).toEqual([{ ...item("c", 2), refused: "No." }, item("a", 3)]);
    await store.clear("me");
    expect([await next.all("me"), await next.all("ann")]).toEqual([[], [item("d", 4, "ann")]]);
    expect([store.durable, onBroken.mock.calls.length]).toEqual([true, 0]);
  });

  test("makes way for a later version of Parley in another tab, and is there again after it", async () => {
    const store = createOutboxStore(() => {});
    await store.put(item("a", 1));
    await new Promise<void>((resolve, reject) => {
      const gone = indexedDB.deleteDatabase("parley");
      gone.onsuccess = () => resolve();
      gone.onerror = () => reject(gone.error);
    });
    expect(await store.all("me")).toEqual([]);
    await store.put(item("b", 2));
    expect(await store.all("me")).toEqual([item("b", 2)]);
    expect(store.durable).toBe(true);
  });
});

test("A storage that breaks says so once, is asked nothing more, and fails nobody", async () => {
  const open = vi.fn(() => {
    throw new DOMException("No.", "SecurityError");
  });
  vi.stubGlobal("indexedDB", { open });
  const onBroken = vi.fn();
  const store = createOutboxStore(onBroken);
  expect(store.durable).toBe(true);
  await store.put(item("a", 1));
  expect([store.durable, onBroken.mock.calls.length]).toEqual([false, 1]);
  expect(await store.all("me")).toEqual([]);
  await store.remove("a");
  await store.clear("me");
  expect([open.mock.calls.length, onBroken.mock.calls.length]).toEqual([1, 1]);
});
