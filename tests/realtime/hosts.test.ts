import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STREAMS_PER_USER_MAX } from "@/lib/protocol/limits";
import { type EventStream, openStream, ready, saying } from "../support/event-stream";
import { startHttpProxy } from "../support/http-proxy";
import { sendPersistently as send } from "../support/persistent-send";
import { type Person, people, person } from "../support/person";
import { type RunningServer, startNext, startServer } from "../support/server";
import { group } from "../support/talk";

/** What real clients and proxies ask for, and what a host would be glad to compress. */
const HUNGRY = { "Accept-Encoding": "gzip, deflate, br, zstd" };

describe.each([
  { name: "our own host", start: startServer },
  { name: "next start", start: startNext },
])("under $name", ({ start }) => {
  let server: RunningServer;
  let proxy: Awaited<ReturnType<typeof startHttpProxy>>;

  beforeAll(async () => {
    server = await start();
    proxy = await startHttpProxy(server.port);
  });

  afterAll(async () => {
    proxy.stop();
    await server.kill("SIGKILL");
  });

  test("each event arrives before the next is sent, for clients that take gzip and through a proxy", async () => {
    const [ann, bob] = (await people(2, `gzip-${server.pid}-`)) as [Person, Person];
    const talk = await group(ann, bob);
    const streams = await Promise.all([
      openStream(server.url, { ...ann, headers: HUNGRY }),
      openStream(proxy.url, { ...ann, headers: HUNGRY }),
    ]);
    for (const stream of streams) {
      expect(stream.status).toBe(200);
      expect(stream.headers["content-encoding"]).toBeUndefined();
      expect(stream.headers).toMatchObject({ "cache-control": "no-cache, no-transform", "x-accel-buffering": "no" });
      await stream.first(ready);
    }
    for (let i = 0; i < 20; i++) {
      await send(() => proxy.url, bob, talk, `${i}`);
      for (const stream of streams) await stream.first(saying(`${i}`));
    }
    for (const stream of streams) stream.cut();
  });

  test("streams that were left count no more", async () => {
    const ann = await person(`left-${server.pid}`);
    for (let round = 0; round < 3; round++) {
      const streams = await Promise.all(Array.from({ length: STREAMS_PER_USER_MAX / 2 }, () => openStream(server.url, ann)));
      await Promise.all(streams.map((stream) => stream.first(ready)));
      for (const stream of streams) stream.cut();
    }
    // More than one account may have open at a time.
    await expect.poll(async () => (await visit(ann)).every((status) => status === 200)).toBe(true);
  });

  async function visit(who: Person): Promise<number[]> {
    const streams = await Promise.all(Array.from({ length: STREAMS_PER_USER_MAX - 5 }, () => openStream(server.url, who)));
    for (const stream of streams) stream.cut();
    return streams.map(({ status }) => status);
  }

  test("a reader that stops reading is cut off, and others are not", async () => {
    const [ann, bob] = (await people(2, `stuck-${server.pid}-`)) as [Person, Person];
    const talk = await group(ann, bob);
    const [stuck, fine] = (await Promise.all([openStream(server.url, ann), openStream(server.url, ann)])) as [EventStream, EventStream];
    await Promise.all([stuck.first(ready), fine.first(ready)]);
    stuck.pause();
    // More than the limit and the buffers of both kernels hold.
    const last = 800;
    for (let i = 1; i <= last; i++) await send(() => server.url, bob, talk, `${i} ${"🙂".repeat(3_900)}`);
    await fine.first(({ data }) => String(data.content).startsWith(`${last} `));
    stuck.resume();
    await stuck.ended;
    expect(stuck.events.length).toBeLessThan(fine.events.length);
    fine.cut();
  });
});

test.each([
  { name: "our own host", start: startServer, code: 0 },
  { name: "next start", start: startNext, code: 143 },
])("SIGTERM with 200 streams open ends $name within 5 seconds, and sends its people back at scattered times", async ({ start, code }) => {
  const server = await start();
  const owners = await people(4, `term-${server.pid}-`);
  const streams = await Promise.all(Array.from({ length: 200 }, (_, i) => openStream(server.url, owners[i % 4])));
  await Promise.all(streams.map((stream) => stream.first(ready)));
  const began = performance.now();
  expect(await server.kill("SIGTERM")).toBe(code);
  expect(performance.now() - began).toBeLessThan(5_000);
  await Promise.all(streams.map((stream) => stream.ended));
  const retries = streams.map((stream) => stream.retry() as number);
  expect(Math.max(...retries) - Math.min(...retries)).toBeGreaterThan(2_000);
  expect(new Set(retries).size).toBeGreaterThan(100);
});
