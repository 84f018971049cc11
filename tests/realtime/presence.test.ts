import { afterAll, beforeAll, expect, test } from "vitest";
import { openStream, type Received, ready } from "../support/event-stream";
import { type ListeningHost, listen } from "../support/listening-host";
import type { Person } from "../support/person";
import { pair, send, somebody, talk } from "../support/talk";

let host: ListeningHost;

beforeAll(async () => {
  host = await listen();
});
afterAll(() => host.close());

async function online(person: Person) {
  const stream = await openStream(host.url, { token: person.token });
  await stream.first(ready);
  return stream;
}

const tellsOf =
  (...people: Person[]) =>
  ({ name, data }: Received) =>
    name === "presence" && people.every(({ id }) => data.online.includes(id));

test("the first message of a conversation tells both that the other one is there, beside whom they know already", async () => {
  const [{ one, other, id }, stranger] = await Promise.all([pair(), somebody()]);
  await send(one, id, "Known of old");
  const streams = await Promise.all([one, other, stranger].map(online));
  const [ones, others, strangers] = streams as [(typeof streams)[0], (typeof streams)[0], (typeof streams)[0]];
  await Promise.all([ones.first(tellsOf(other)), others.first(tellsOf(one))]);

  const { id: fresh } = await talk(stranger, one);
  await send(stranger, fresh, "Hello");
  await Promise.all([ones.first(tellsOf(other, stranger)), strangers.first(tellsOf(one))]);
  expect(others.events.some(tellsOf(stranger))).toBe(false);
  expect(strangers.events.some(tellsOf(other))).toBe(false);
  for (const stream of streams) stream.cut();
});
