import { expect, test } from "vitest";
import { Table } from "@/lib/client/store/table";

const ids = Array.from({ length: 5_000 }, (_, i) => `019aa5e2-7c41-7000-8000-${i.toString(16).padStart(12, "0")}`);
const full = ids.reduce((table, id, i) => table.with(id, i, new Set()), Table.empty<number>());

test("A table finds each value by its id, and no other", () => {
  expect(full.size).toBe(5_000);
  expect(ids.map((id) => full.get(id))).toEqual(ids.map((_, i) => i));
  expect([...full.ids()].sort()).toEqual([...ids].sort());
  expect(full.get("unknown")).toBeUndefined();
});

test("A table that was made from another leaves that as it is", () => {
  const [first = ""] = ids;
  const next = full.with(first, -1, new Set()).with("new", 7, new Set());
  expect([next.get(first), next.get("new"), next.size]).toEqual([-1, 7, 5_001]);
  expect([full.get(first), full.get("new"), full.size]).toEqual([0, undefined, 5_000]);
});

test("A table without a value has all the others, and the one that it was made from has it still", () => {
  const [first = "", second = ""] = ids;
  const owned = new Set<object>();
  const next = full.without(first, owned).without(second, owned);
  expect([next.get(first), next.get(second), next.size, [...next.ids()].length]).toEqual([undefined, undefined, 4_998, 4_998]);
  expect([full.get(first), full.size]).toEqual([0, 5_000]);
  expect(next.without(first, owned)).toBe(next);
  expect(next.with(first, 7, owned).size).toBe(4_999);
});

test("Several changes in one copy each part once", () => {
  const owned = new Set<object>();
  let table = full;
  for (const id of ids) table = table.with(id, -1, owned);
  expect(owned.size).toBe(64);
  expect(ids.every((id) => table.get(id) === -1)).toBe(true);
  expect(full.get(ids[0] ?? "")).toBe(0);
});
