import { beforeAll, describe, expect, it } from "vitest";
import { JSON_BODY_MAX } from "@/lib/protocol/limits";
import { type Person, type RequestOptions, request } from "../support/person";
import { pair } from "../support/talk";

let one: Person;
let id: string;

beforeAll(async () => {
  ({ one, id } = await pair());
});

const JSON_TYPE = { "Content-Type": "application/json" };

/** Every call that takes a JSON body. */
const CALLS = [
  "POST /api/conversations",
  "POST /api/conversations/:id/messages",
  "PATCH /api/auth_user",
  "PUT /api/auth_user/password",
  "POST /api/login",
  "POST /api/users",
];

const call = (name: string, options: RequestOptions) => {
  const [method = "", path = ""] = name.replace(":id", id).split(" ");
  return one.fetch(path, { ...options, method });
};

const send = (options: RequestOptions) => call("POST /api/conversations/:id/messages", options);

/** Bytes that come in pieces, with no length told beforehand. */
function piecemeal(text: string, pieces = 10) {
  const bytes = new TextEncoder().encode(text);
  const step = Math.ceil(bytes.length / pieces);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent < bytes.length) controller.enqueue(bytes.subarray(sent, (sent += step)));
      else controller.close();
    },
  });
  return { body, duplex: "half" } as RequestOptions;
}

const refusal = async (answer: Response) => ({ status: answer.status, body: await answer.json() });
const sentence = expect.stringMatching(/^[A-Z].*\.$/);

describe.each(CALLS)("the body of %s", (name) => {
  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/json",
    "application/jsonp",
    "application/json-patch+json",
    "json",
    "",
  ])("is not %j", async (type) => {
    const refused = await call(name, { body: "{}", headers: { "Content-Type": type } });
    expect(await refusal(refused)).toMatchObject({ status: 415, body: { message: sentence } });
  });

  it("says what it is", async () => {
    const refused = await call(name, { body: new TextEncoder().encode("{}") });
    expect(await refusal(refused)).toMatchObject({ status: 415, body: { message: sentence } });
    expect((await call(name, {})).status).toBe(415);
  });

  it.each(["", " ", "{", '{"a":}', "{'a':1}", "undefined", "{}{}", "\u0000"])("is JSON, not %j", async (body) => {
    expect(await refusal(await call(name, { body, headers: JSON_TYPE }))).toMatchObject({ status: 400, body: { message: sentence } });
  });

  it.each(["null", "[]", '"text"', "5", "true"])("is an object, not %s", async (body) => {
    expect(await refusal(await call(name, { body, headers: JSON_TYPE }))).toEqual({
      status: 422,
      body: { errors: { body: sentence }, codes: expect.any(Object) },
    });
  });

  it("is not a list in a list in a list, 30,000 deep", async () => {
    for (const [body, status] of [
      ["[".repeat(30_000) + "]".repeat(30_000), 422],
      ["[".repeat(60_000), 400],
    ] as const) {
      expect((await call(name, { body, headers: JSON_TYPE })).status).toBe(status);
    }
  });

  it("is refused when it is larger than the limit, whether its length is told or not", async () => {
    const large = JSON.stringify({ content: "x".repeat(JSON_BODY_MAX) });
    const expected = { status: 413, body: { message: sentence } };
    expect(await refusal(await call(name, { body: large, headers: JSON_TYPE }))).toMatchObject(expected);
    expect(await refusal(await call(name, { ...piecemeal(large), headers: JSON_TYPE }))).toMatchObject(expected);
    expect(await refusal(await call(name, { body: "x".repeat(5_000_000), headers: JSON_TYPE }))).toMatchObject(expected);
  });
});

describe("a body", () => {
  it.each(["application/json", "application/json; charset=utf-8", "Application/JSON", "application/json ; charset=UTF-8"])(
    "may be %j",
    async (type) => {
      expect((await send({ body: '{"content":"hello"}', headers: { "Content-Type": type } })).status).toBe(201);
    },
  );

  it("may come in pieces, cut through a character too", async () => {
    const content = "€😀".repeat(50);
    const sent = await send({ ...piecemeal(JSON.stringify({ content }), 97), headers: JSON_TYPE });
    expect(sent.status).toBe(201);
    expect((await sent.json()).content).toBe(content);
  });

  it("may hold the longest message, escaped as far as JSON goes", async () => {
    const escaped = "\\ud83d\\ude00".repeat(4_000);
    const sent = await send({ body: `{"content":"${escaped}"}`, headers: JSON_TYPE });
    expect(sent.status).toBe(201);
    expect((await sent.json()).content).toBe("😀".repeat(4_000));
  });

  it("may hold fields that nobody asked for", async () => {
    const sent = await send({ json: { content: "hello", mine: false, senderId: "x", seq: 9, constructor: 1 } });
    expect(sent.status).toBe(201);
    expect(await sent.json()).toMatchObject({ content: "hello", mine: true, sender: { id: one.id } });
    const polluting = await send({ body: '{"content":"hello","__proto__":{"clientId":"x"}}', headers: JSON_TYPE });
    expect(polluting.status).toBe(201);
  });

  it("has a sentence for each field that fails its rule", async () => {
    const refused = await request("/api/users", { method: "POST", json: { username: "a", password: "short" } });
    expect(await refusal(refused)).toEqual({
      status: 422,
      body: { errors: { username: sentence, password: sentence }, codes: expect.any(Object) },
    });
  });
});
