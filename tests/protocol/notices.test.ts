import { expect, test } from "vitest";
import { sentenceOfNotice } from "@/lib/protocol/notices";

const notice = (code: string, params: { issuer?: string; name?: string } = {}) => ({
  id: "1",
  code,
  params,
  createdAt: "2026-07-15T08:00:00.000Z",
  dismissed: false,
});

test.each([
  ["password_changed", {}, "Your password was changed."],
  ["password_set", {}, "A password was set for your account."],
  ["identity_linked", { issuer: "GitHub", name: "ada" }, "GitHub (ada) was linked to your account and can sign in to it."],
  ["identity_linked", { issuer: "GitHub" }, "GitHub was linked to your account and can sign in to it."],
  ["identity_unlinked", { issuer: "GitHub", name: "ada" }, "GitHub (ada) was unlinked from your account."],
  ["identity_unlinked", {}, "An identity was unlinked from your account."],
  ["of_a_later_version", {}, "Your account was changed."],
  ["toString", {}, "Your account was changed."],
])("A notice %s with %j says “%s”", (code, params, sentence) => {
  expect(sentenceOfNotice(notice(code, params))).toBe(sentence);
});

test("A notice of a code that is not known here says what the server says", () => {
  expect(sentenceOfNotice({ ...notice("of_a_later_version"), message: "A key was made for your account." })).toBe(
    "A key was made for your account.",
  );
});
