import { beforeAll, describe, expect, it } from "vitest";
import type { Person } from "../support/person";
import { pair, send } from "../support/talk";

/** What stands in an address where an id belongs. */
const MALFORMED = [
  "1",
  "0",
  "-1",
  "abc",
  "null",
  "undefined",
  "00000000-0000-0000-0000-00000000000",
  "00000000-0000-0000-0000-0000000000000",
  "{00000000-0000-7000-8000-000000000000}",
  "%20",
  "%00",
  "a%00b",
  "%F0%9F%98%80",
  "%2e%2e%2fauth_user",
  "..%2f..%2fetc%2fpasswd",
  "';--",
  "*",
  "x".repeat(2_000),
];

const calls = (id: string): [string, string, unknown?][] => [
  ["GET", `/api/conversations/${id}`],
  ["GET", `/api/conversations/${id}/other_participant`],
  ["GET", `/api/conversations/${id}/messages`],
  ["POST", `/api/conversations/${id}/messages`, { content: "hello" }],
  ["POST", `/api/conversations/${id}/read_messages`],
  ["GET", `/api/avatars/${id}`],
  ["DELETE", `/api/sessions/${id}`],
];

describe("an id", () => {
  let one: Person;
  let id: string;

  beforeAll(async () => {
    ({ one, id } = await pair());
    await send(one, id, "hello");
  });

  const answers = (id: string) =>
    Promise.all(
      calls(id).map(async ([method, path, json]) => {
        const answer = await one.fetch(path, { method, json });
        return { status: answer.status, body: await answer.json() };
      }),
    );

  const NOT_FOUND = { status: 404, body: { message: expect.stringMatching(/ not found$/) } };

  it.each(MALFORMED)("that is %j is not found, wherever it stands", async (malformed) => {
    for (const answer of await answers(malformed)) expect(answer).toMatchObject(NOT_FOUND);
  });

  it("of nothing is not found, wherever it stands", async () => {
    for (const answer of await answers("00000000-0000-7000-8000-000000000000")) expect(answer).toMatchObject(NOT_FOUND);
  });

  it("in capitals is another id", async () => {
    for (const answer of await answers(id.toUpperCase())) expect(answer).toMatchObject(NOT_FOUND);
  });
});
