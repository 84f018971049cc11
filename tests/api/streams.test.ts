import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { STREAMS_PER_USER_MAX } from "@/lib/protocol/limits";
import { Message } from "@/lib/protocol/messages";
import { type Listener, listen } from "../support/listen";
import { type Person, request, signIn } from "../support/person";
import { messagesOf, pair, read, remove, send, somebody, talk } from "../support/talk";

const SSE = { Accept: "text/event-stream" };
const saying =
  (text: string) =>
  ({ data }: { data: string }) =>
    data.includes(text);
const ready = ({ event }: { event?: string }) => event === "ready";

let one: Person;
let other: Person;
let id: string;

beforeEach(async () => {
  ({ one, other, id } = await pair());
});

/** Streams of a test, closed when it ends. */
async function withStreams<T>(people: Person[], task: (...streams: Listener[]) => Promise<T>): Promise<T> {
  const streams = await Promise.all(people.map((person) => listen(person)));
  try {
    await Promise.all(streams.map((stream) => stream.next(ready)));
    return await task(...streams);
  } finally {
    await Promise.all(streams.map((stream) => stream.close()));
  }
}

describe("opening a stream", () => {
  it("answers at once, as a stream that nobody stores, transforms or compresses", async () => {
    const answer = await one.fetch("/api/messages", { headers: { ...SSE, "Accept-Encoding": "gzip, deflate, br" } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-cache, no-transform");
    expect(answer.headers.get("x-accel-buffering")).toBe("no");
    expect(answer.headers.get("content-encoding")).toBeNull();
    expect(answer.headers.get("x-request-id")).toBeTruthy();
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toMatch(/^retry: 2000\n\n/);
    await reader?.cancel();
  });

  it.each([[{}], [{ Accept: "*/*" }], [{ Accept: "application/json" }], [{ Accept: "text/event-stream-not" }]])(
    "is refused to who does not ask for one: %j",
    async (headers: Record<string, string>) => {
      const refused = await one.fetch("/api/messages", { headers });
      expect({ status: refused.status, body: await refused.json() }).toMatchObject({ status: 406, body: { message: expect.any(String) } });
    },
  );

  it("is refused to who is signed out, whatever they accept", async () => {
    for (const headers of [{}, SSE]) expect((await request("/api/messages", { headers })).status).toBe(401);
    expect((await request("/api/messages?token=nonsense", { headers: SSE })).status).toBe(401);
  });

  it("takes the token in the address, because EventSource cannot set headers; no other call does", async () => {
    const stream = await listen({ token: "" }, { path: `/api/messages?token=${one.token}`, headers: { Authorization: "" } });
    await stream.next(ready);
    await stream.close();
    for (const path of ["/api/auth_user", "/api/conversations", `/api/conversations/${id}/messages`]) {
      expect((await request(`${path}?token=${one.token}`)).status).toBe(401);
    }
  });

  it("is refused to who has a hundred open already, until one is closed", async () => {
    const ask = () => one.fetch("/api/messages", { headers: SSE });
    await withStreams(Array(STREAMS_PER_USER_MAX).fill(one), async (first) => {
      const refused = await ask();
      expect(refused.status).toBe(429);
      expect(refused.headers.get("retry-after")).toBe("30");
      expect(await refused.json()).toMatchObject({ message: expect.any(String) });
      await withStreams([other], async () => {});
      await first?.close();
      const again = async () => {
        const { status, body } = await ask();
        await body?.cancel();
        return status;
      };
      await expect.poll(again).toBe(200);
    });
  });

  it("ends with the session: a device that signs out hears nothing more, others go on", async () => {
    const device = await signIn(one);
    await withStreams([device, one], async (ending, going) => {
      await device.fetch("/api/logout", { method: "POST" });
      await send(other, id, "still there?");
      await going?.next(saying("still there?"));
      await ending?.next(({ event }) => event === "signed_out");
      expect(ending?.events.some(saying("still there?"))).toBe(false);
    });
    expect((await device.fetch("/api/messages", { headers: SSE })).status).toBe(401);
  });
});

describe("a message", () => {
  it("reaches the other as an unnamed event, not theirs, on one line, with an id", async () => {
    await withStreams([other], async (stream) => {
      const sent = await send(one, id, "line one\nline two", randomUUID());
      const event = await stream.next(saying("line one"));
      expect(event.event).toBeUndefined();
      expect(event.id).toMatch(/^\S+$/);
      expect(event.data).not.toContain("\n");
      const { clientId: _, ...seen } = sent;
      expect(Message.strict().parse(JSON.parse(event.data))).toEqual({ ...seen, mine: false });
      expect(JSON.parse(event.data)).toEqual((await messagesOf(other, id))[0]);
    });
  });

  it("reaches its sender's other devices by name, as their own, with the client id", async () => {
    await withStreams([one, await signIn(one)], async (...streams) => {
      const sent = await send(one, id, "from the phone", randomUUID());
      for (const stream of streams) {
        const event = await stream.next(saying("from the phone"));
        expect(event.event).toBe("sent");
        expect(JSON.parse(event.data)).toEqual(sent);
      }
    });
  });

  it("that is sent again reaches nobody again", async () => {
    await withStreams([one, other], async (...streams) => {
      const clientId = randomUUID();
      await Promise.all(Array.from({ length: 5 }, () => send(one, id, "just once", clientId)));
      await send(one, id, "and this after");
      for (const stream of streams) {
        await stream.next(saying("and this after"));
        expect(stream.events.filter(saying("just once"))).toHaveLength(1);
      }
    });
  });

  it("that was missed comes first after a reconnect, by header or by address, in order and once", async () => {
    const cursor = await withStreams([other], async (stream) => {
      await send(one, id, "seen");
      return (await stream.next(saying("seen"))).id ?? "";
    });
    for (const text of ["missed 1", "missed 2", "missed 3"]) await send(one, id, text);
    for (const resumed of [
      await listen(other, { headers: { "Last-Event-ID": cursor } }),
      await listen(other, { path: `/api/messages?lastEventId=${encodeURIComponent(cursor)}` }),
    ]) {
      await resumed.next(ready);
      const contents = resumed.events.filter(({ event }) => event === undefined).map(({ data }) => JSON.parse(data).content);
      expect(contents).toEqual(["missed 1", "missed 2", "missed 3"]);
      await resumed.close();
    }
  });

  it.each(["0", "garbage", "00000000-1-1", "-1--1--1", "9".repeat(300), "%00"])(
    "that cannot be told from %j is said to be: reset",
    async (cursor) => {
      const resumed = await listen(other, { path: `/api/messages?lastEventId=${cursor}` });
      expect((await resumed.next(({ event }) => event === "reset")).id).toBeTruthy();
      await resumed.close();
    },
  );
});

describe("reading", () => {
  it("is told to both by name", async () => {
    const { seq } = await send(one, id, "hello");
    await withStreams([one, other], async (...streams) => {
      await read(other, id);
      for (const stream of streams) {
        const event = await stream.next((seen) => seen.event === "read");
        expect(JSON.parse(event.data)).toEqual({
          conversationId: id,
          userId: other.id,
          seq,
          ...(stream === streams[1] && { placeVersion: 0 }),
        });
        expect(event.id).toBeTruthy();
      }
    });
  });
});

describe("who takes no part", () => {
  /** What a stream carried, less what is of the stream itself. */
  const carried = (stream: Listener) => stream.events.map(({ event, data }) => `${event} ${data}`).join("\n");

  it("hears nothing of a conversation, live or after a reconnect", async () => {
    const outsider = await somebody();
    const own = (await talk(outsider, await somebody())).id;
    const first = await listen(outsider);
    const cursor = (await first.next(ready)).id ?? "";
    const sent = await send(one, id, "between the two");
    await read(other, id);
    await one.fetch("/api/auth_user", { method: "PATCH", json: { name: "Another name" } });
    await send(outsider, own, "their own");
    await first.next(saying("their own"));
    const resumed = await listen(outsider, { headers: { "Last-Event-ID": cursor } });
    await resumed.next(ready);
    for (const stream of [first, resumed]) {
      expect(carried(stream)).toContain("their own");
      for (const secret of ["between the two", "Another name", id, sent.id, one.id, other.id])
        expect(carried(stream)).not.toContain(secret);
      await stream.close();
    }
  });

  it("any more hears nothing from then on, on a stream that was open all along or after a reconnect", async () => {
    const own = (await talk(other, await somebody())).id;
    await withStreams([other], async (stream) => {
      await send(one, id, "while there");
      const { id: cursor = "" } = await stream.next(saying("while there"));
      await remove(other, id);
      const after = await send(one, id, "behind their back");
      await read(one, id);
      await send(other, own, "their own");
      await stream.next(saying("their own"));
      const resumed = await listen(other, { headers: { "Last-Event-ID": cursor } });
      await resumed.next(ready);
      for (const seen of [stream, resumed]) {
        expect(carried(seen)).toContain("their own");
        for (const secret of ["behind their back", after.id]) expect(carried(seen)).not.toContain(secret);
      }
      expect(carried(resumed)).not.toContain(id);
      await resumed.close();
    });
  });
});
