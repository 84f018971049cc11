import { beforeAll, describe, expect, it } from "vitest";
import { type Person, person } from "../support/person";

let john: Person;

beforeAll(async () => {
  john = await person("John");
  for (const name of ["johanna", "JOHN.smith", "john-7", "john_1", "john_2", "johnny", "bob", "j_hn"]) await person(name);
});

const search = async (text: string) => {
  const answer = await john.fetch(`/api/usernames?search=${encodeURIComponent(text)}`);
  return { status: answer.status, body: await answer.json() };
};

describe("suggesting usernames", () => {
  it.each([
    ["jo", ["johanna", "john-7", "JOHN.smith", "john_1", "john_2"]],
    ["JOHN", ["john-7", "JOHN.smith", "john_1", "john_2", "johnny"]],
    ["john_", ["john_1", "john_2"]],
    ["j_", ["j_hn"]],
    [" bob ", ["bob"]],
    ["ohn", []],
    ["%", []],
    ["\\", []],
    ["jöhn", []],
    ["\u0000", []],
  ])("finds at most five that begin with %j, sorted, without the one who asks", async (text, names) => {
    expect(await search(text)).toEqual({ status: 200, body: names });
  });

  it("does not find oneself by one's whole name either", async () => {
    const { body } = await search("john");
    expect(body).not.toContain("John");
  });

  it.each(["", "   ", "x".repeat(33)])("does not search for %j", async (text) => {
    expect(await search(text)).toEqual({ status: 422, body: { errors: { search: expect.any(String) }, codes: expect.any(Object) } });
  });

  it("does not search for nothing at all", async () => {
    expect((await john.fetch("/api/usernames")).status).toBe(422);
  });
});
