import { beforeAll, expect, test } from "vitest";
import { CREDENTIALS } from "../support/calls";
import { type Person, request } from "../support/person";
import { pair, send, talk } from "../support/talk";

let one: Person;
let other: Person;
let id: string;

beforeAll(async () => {
  ({ one, other } = await pair());
  ({ id } = await talk(one, other));
  await send(other, id, "hello");
});

const asOther = () => ({ Cookie: CREDENTIALS.cookie(other).Cookie ?? "", "Sec-Fetch-Site": "same-origin" });

test("A tab that one person left open sends nothing in the name of who signed in after", async () => {
  const path = `/api/conversations/${id}/messages`;
  const refused = await request(path, { method: "POST", json: { content: "mine" }, headers: { ...asOther(), "parley-user": one.id } });
  expect({ status: refused.status, body: await refused.json() }).toMatchObject({
    status: 401,
    body: { message: "Somebody else is signed in here now." },
  });
  const taken = await request(path, { method: "POST", json: { content: "mine" }, headers: { ...asOther(), "parley-user": other.id } });
  expect(taken.status).toBe(201);
});

test("A settings page that one person left open changes nothing of who signed in after, and links nothing to them", async () => {
  const headers = { ...asOther(), "parley-user": one.id };
  const calls: [string, string, unknown?][] = [
    ["PATCH", "/api/auth_user", { name: "Me" }],
    ["PUT", "/api/auth_user/password", { newPassword: "a few good words" }],
    ["DELETE", "/api/auth_user/avatar"],
    ["DELETE", "/api/sessions"],
    ["POST", "/api/logout"],
    ["POST", "/api/auth/signin/github"],
  ];
  for (const [method, path, json] of calls) {
    const refused = await request(path, { method, json, headers });
    expect([path, refused.status, await refused.json()]).toMatchObject([path, 401, { message: "Somebody else is signed in here now." }]);
  }
  expect(await (await other.fetch("/api/auth_user")).json()).toMatchObject({ name: null });
});

test("A tab that one person left open hears nothing that is meant for who signed in after", async () => {
  const refused = await request(`/api/messages?user=${one.id}`, { headers: { ...asOther(), Accept: "text/event-stream" } });
  expect(refused.status).toBe(401);
  const abort = new AbortController();
  const headers = { ...asOther(), Accept: "text/event-stream" };
  const open = await request(`/api/messages?user=${other.id}`, { headers, signal: abort.signal });
  expect(open.status).toBe(200);
  abort.abort();
});
