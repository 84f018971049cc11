import { expect, test } from "vitest";
import { conversationName, displayName, hueOf, initials, peopleCount, shortName } from "@/lib/client/screen/person";
import { safeReturnPath } from "@/lib/protocol/return-path";
import { group } from "./support/rows";

test.each([
  ["Ada Okafor", "AO"],
  ["Hubert Blaine the Elder", "HE"],
  ["jonas", "JO"],
  // Its ª is a letter without case, in a word that has case.
  ["Mª José", "MJ"],
  ["José Mª", "JM"],
  ["Chen Wei 陈伟", "CW"],
  ["داليا منصور", "د"],
  ["田中 ひろ", "田"],
  ["𝒜da", "𝒜D"],
  ["🎈", ""],
])("%s is shown as “%s”", (name, letters) => {
  expect(initials({ name, username: "x" })).toBe(letters);
});

test("Who has no display name goes by their username", () => {
  expect(initials({ name: null, username: "jo_lee" })).toBe("JL");
  expect(displayName({ name: null, username: "jo" })).toBe("jo");
  expect(displayName({ name: "Jo Lee", username: "jo" })).toBe("Jo Lee");
});

test.each([
  ["Ada Okafor", "Ada"],
  [" Hubert\u00a0Blaine", "Hubert"],
  ["", ""],
  [null, "jo_lee"],
])("Where there is room for little %j is “%s”", (name, short) => {
  expect(shortName({ name, username: "jo_lee" })).toBe(short);
});

test("A conversation is called as its group, or as the other person", () => {
  const otherParticipant = { id: "jo", username: "jo", name: "Jo Lee", avatarURL: null };
  expect(conversationName({ group: group({}, { name: "Engine" }).group, otherParticipant: null })).toBe("Engine");
  expect(conversationName({ group: null, otherParticipant })).toBe("Jo Lee");
  expect(conversationName({ group: null, otherParticipant: null })).toBe("");
});

test("People are counted in words", () => {
  expect([0, 1, 2, 2_000].map(peopleCount)).toEqual(["0 people", "1 person", "2 people", "2,000 people"]);
});

test("A person keeps their colour, and people who came in one minute have different ones", () => {
  const ids = Array.from({ length: 200 }, (_, i) => `0199c3a0-7000-7000-8000-${i.toString(16).padStart(12, "0")}`);
  // The same as in every version before.
  expect(["", "a", "0199c3a0-7000-7000-8000-000000000001"].map(hueOf)).toEqual([1, 4, 6]);
  expect(new Set(ids.map(hueOf)).size).toBe(12);
});

test("After signing in one goes on to a page of this site only", () => {
  expect(safeReturnPath("/c/1?x=2")).toBe("/c/1?x=2");
  for (const path of [
    null,
    "",
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "/.//evil.example/",
    "/c/..//evil.example/",
    "/%2e//evil.example/",
    "javascript:alert(1)",
  ]) {
    expect(safeReturnPath(path)).toBe("/");
  }
});
