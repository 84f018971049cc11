import { expect, test } from "vitest";
import { whyGuessable } from "@/lib/server/auth/password-strength";

// Where the work grew with the square of the length, this would take a minute.
test.each([
  ["signs between two letters", `a${"\u2a0c".repeat(60_000)}a`],
  ["a letter between signs", `${"\u2a0c".repeat(30_000)}a${"!".repeat(120_000)}`],
  ["spaces and dots", `a${" .".repeat(120_000)}a`],
])("a password of many %s is judged as quickly as it is read", async (_, password) => {
  expect(await whyGuessable(`${password}bcdefg`, "jane")).toBeNull();
});

test.each(["123!monkey123!", "!!!!PASSWORD!!!!", "--p4ssw0rd--"])(
  "signs and digits around a common one hide nothing: %s",
  async (password) => {
    expect(await whyGuessable(password, "jane")).toMatchObject({ code: "password_common" });
  },
);
