import { describe, expect, test } from "vitest";
import { isEmojiOnly, LINKS_MAX, pathWithin, piecesOf } from "@/lib/client/screen/rich-text";

describe("A text keeps every character, with its links apart", () => {
  test.each([
    ["no link at all", []],
    ["see https://example.org/a?b=1#c.", ["https://example.org/a?b=1#c"]],
    ["(https://example.org/a_(b))", ["https://example.org/a_(b)"]],
    ["example.com and www.example.org", ["http://example.com", "http://www.example.org"]],
    ["write to ann@example.org", ["mailto:ann@example.org"]],
    ["// a comment, //host is none either", []],
    ["انظر https://example.org/ص هناك", ["https://example.org/ص"]],
  ])("%s", (text, links) => {
    const pieces = piecesOf(text);
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
    expect(pieces.flatMap((piece) => piece.href ?? []).map(decodeURI)).toEqual(links);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,<script>",
    "ftp://example.org/",
    "ftp://example.org/https://example.org/",
    "file:///etc/passwd",
    "vbscript:x",
  ])("%s is never followed", (text) => {
    for (const { href } of piecesOf(`${text} and <a href="${text}">`)) expect(href ?? "http:").toMatch(/^(https?|mailto):/);
  });
});

test("A text has no piece that is empty", () => {
  const link = { text: "https://example.org", href: "https://example.org" };
  expect(piecesOf("https://example.org")).toEqual([link]);
  expect(piecesOf("at https://example.org")).toEqual([{ text: "at ", href: null }, link]);
  expect(piecesOf("")).toEqual([]);
});

test("A message of nothing but links has fifty that can be followed, and loses no character of the others", () => {
  const text = "a.co ".repeat(800).trim();
  const pieces = piecesOf(text);
  expect(pieces.filter(({ href }) => href !== null)).toHaveLength(LINKS_MAX);
  expect(pieces.length).toBeLessThanOrEqual(2 * LINKS_MAX + 1);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
});

test("An address that would be shown backwards is no link", () => {
  for (const mark of ["\u202e", "\u2067", "\u200f"]) {
    const text = `https://example.org/${mark}gpj.exe`;
    expect(piecesOf(text)).toEqual([{ text, href: null }]);
  }
});

test("A link of this site opens in place, one to its files or to another site does not", () => {
  const here = "https://parley.example";
  expect(pathWithin(`${here}/c/1?x=2#y`, here)).toBe("/c/1?x=2#y");
  expect(pathWithin(`${here}/api/avatars/1`, here)).toBeNull();
  expect(pathWithin(`${here}/c/1/api/x`, here)).toBe("/c/1/api/x");
  expect(pathWithin("no address", here)).toBeNull();
  expect(pathWithin("https://parley.example.evil.org/c/1", here)).toBeNull();
  expect(pathWithin("http://parley.example/c/1", here)).toBeNull();
  for (const path of ["//evil.org", "/.//evil.org", "/\\evil.org"]) expect(pathWithin(here + path, here)).toBeNull();
});

test.each(["👍", "🎉🎉", "❤️", "👩‍👩‍👧‍👦 🏳️‍🌈", "🇵🇹🇯🇵🇧🇷", "👋🏽", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", " 👍\n🎉 "])("%s is shown large", (text) => {
  expect(isEmojiOnly(text)).toBe(true);
});

test.each(["", " ", "1", "12", "#", "*", "👍👍👍👍", "👍 yes", "a", "©?", "😀.", "5 🎉", "©", "🇽🇽"])("“%s” is shown as text", (text) => {
  expect(isEmojiOnly(text)).toBe(false);
});
