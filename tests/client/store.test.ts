import { expect, test, vi } from "vitest";
import { createMessengerStore, createStore } from "@/lib/client/store/store";
import { randomId } from "@/lib/client/sync/random-id";
import { direct, holding } from "./support/rows";

test("Whoever listens is told of another state, not of the same one, and not after having left", () => {
  const store = createStore({ n: 1 });
  const told = vi.fn();
  const leave = store.subscribe(told);
  const next = { n: 2 };
  store.setState(next);
  store.setState(next);
  expect(told).toHaveBeenCalledTimes(1);
  expect(store.getState()).toBe(next);
  leave();
  store.setState({ n: 3 });
  expect(told).toHaveBeenCalledTimes(1);
});

test("A listener may leave while it is told, and the others are told all the same", () => {
  const store = createStore(1);
  const told: string[] = [];
  const leave = store.subscribe(() => {
    told.push("first");
    leave();
  });
  store.subscribe(() => told.push("second"));
  store.setState(2);
  store.setState(3);
  expect(told).toEqual(["first", "second", "second"]);
});

test("Whoever listens to a page is told where one of several fields has changed, and once, however many have", () => {
  const store = createMessengerStore(holding([direct()]));
  const told = vi.fn();
  store.subscribe(told);
  const before = store.getState();
  store.patch({ attentive: before.attentive, drafts: before.drafts });
  expect(store.getState()).toBe(before);
  store.patch({ attentive: before.attentive, openId: "c" });
  store.patch({ attentive: true, openId: "d" });
  expect(store.getState()).toMatchObject({ attentive: true, openId: "d" });
  expect(told).toHaveBeenCalledTimes(2);
  store.change(
    (draft) => draft.set("attentive", false),
    (draft) => draft.set("openId", null),
  );
  expect(store.getState()).toMatchObject({ attentive: false, openId: null });
  expect(told).toHaveBeenCalledTimes(3);
});

test("A random id is a UUID of version 4, and never the same", () => {
  const ids = Array.from({ length: 1_000 }, randomId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(1_000);
  for (const at of [0, 9, 15, 20, 35]) expect(new Set(ids.map((id) => id[at])).size).toBe(16);
});
