import { describe, expect, test } from "vitest";
import { failureIn, sentenceOf } from "@/lib/protocol/errors/codes";
import { MESSAGE_MAX_CODE_POINTS, PAGE_MAX, PAGE_SIZE } from "@/lib/protocol/limits";
import { ListQuery, MessagesQuery, SendMessageInput } from "@/lib/protocol/messages";
import { codePoints, isOneLine, isWellFormedText } from "@/lib/protocol/text";

/** What is said of an input that is refused, by field; null where it is taken. */
function refusal(schema: typeof SendMessageInput | typeof MessagesQuery | typeof ListQuery, input: unknown): unknown {
  const { error } = schema.safeParse(input);
  return error ? error.issues.map(({ path, message }) => [path.join("."), sentenceOf(failureIn(message), "")]) : null;
}

describe("The length of a text", () => {
  test.each([
    ["", 0],
    ["abc", 3],
    ["né", 2],
    ["🙂🙂", 2],
    ["👩‍👩‍👧", 5],
  ])("of %j is %i", (text, length) => {
    expect(codePoints(text)).toBe(length);
  });
});

test.each(["a", "ab c", "👩‍👩‍👧", "a\u200db", "نام", "\u2800a"])("%j stands on one line", (text) => {
  expect(isOneLine(text)).toBe(true);
});

test.each(["a\nb", "a\tb", "\u0000", "a\u2028b", "a\u202eb", "a\u2066b", "\u200b", "\u200d\u200d", " ", "\u2800", "\u00ad"])(
  "%j does not",
  (text) => {
    expect(isOneLine(text)).toBe(false);
  },
);

test("What a database cannot hold is not well formed: NUL and half of a pair", () => {
  expect(["a", "🙂", "a\nb"].map(isWellFormedText)).toEqual([true, true, true]);
  expect(["a\u0000", "\ud83d", "a\ude42b"].map(isWellFormedText)).toEqual([false, false, false]);
});

describe("A message", () => {
  const most = MESSAGE_MAX_CODE_POINTS;

  test.each([["hello"], ["x".repeat(most)], ["🙂".repeat(most)], [`  ${"x".repeat(most)}\n`]])(
    "of %.10s… is taken, less the space around it",
    (content) => {
      expect(SendMessageInput.parse({ content })).toEqual({ content: content.trim() });
    },
  );

  test.each([
    [undefined, "Write a message."],
    ["", "Write a message."],
    [" \n\t ", "Write a message."],
    ["x".repeat(most + 1), "A message has at most 4,000 characters."],
    ["🙂".repeat(most + 1), "A message has at most 4,000 characters."],
    ["x".repeat(most * 2 + 1), "A message has at most 4,000 characters."],
    ["a\u0000b", "A message takes no NUL characters and no broken surrogates."],
  ])("of %.10s… is refused in one sentence", (content, sentence) => {
    expect(refusal(SendMessageInput, { content })).toContainEqual(["content", sentence]);
  });

  test("has a client id in lower case, or none", () => {
    const clientId = "0199C3A0-7000-7000-8000-00000000000A";
    expect(SendMessageInput.parse({ content: "a", clientId }).clientId).toBe(clientId.toLowerCase());
    expect(refusal(SendMessageInput, { content: "a", clientId: "1" })).toEqual([["clientId", "A client id is a UUID."]]);
  });
});

describe("A page", () => {
  test("has a size of its own, or the one that is asked for", () => {
    expect(MessagesQuery.parse({})).toEqual({ limit: PAGE_SIZE });
    expect(ListQuery.parse({ limit: "1", before: "x" })).toEqual({ limit: 1, before: "x" });
    expect(ListQuery.parse({ limit: String(PAGE_MAX) })).toEqual({ limit: PAGE_MAX });
  });

  test.each([
    ["0", "`limit` is 1 to 100."],
    ["101", "`limit` is 1 to 100."],
    ["1.5", "`limit` is a whole number."],
    ["many", "`limit` is a number."],
  ])("of %s is refused", (limit, sentence) => {
    for (const schema of [ListQuery, MessagesQuery]) expect(refusal(schema, { limit })).toEqual([["limit", sentence]]);
  });

  test("lies before, after or around a message", () => {
    for (const one of ["before", "after", "around"]) expect(refusal(MessagesQuery, { [one]: "m" })).toBeNull();
    for (const two of [
      { before: "m", after: "m" },
      { after: "m", around: "m" },
    ]) {
      expect(refusal(MessagesQuery, two)).toEqual([["before", "Ask for `before`, `after` or `around`, not for several of them."]]);
    }
  });
});
