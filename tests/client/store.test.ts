import { expect, test, vi } from "vitest";
import { createStore } from "@/lib/client/store/store";
import { randomId } from "@/lib/client/sync/random-id";

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

test("A random id is a UUID of version 4, and never the same", () => {
  const ids = Array.from({ length: 1_000 }, randomId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(1_000);
  for (const at of [0, 9, 15, 20, 35]) expect(new Set(ids.map((id) => id[at])).size).toBe(16);
});
