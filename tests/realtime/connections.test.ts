import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { openStream, ready } from "../support/event-stream";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendRaw, unread } from "../support/raw";
import { somebody } from "../support/talk";

/** The host's own limits, many times as fast. */
const LIMITS = { perAddress: 30, unreadMs: 500, lookEveryMs: 100 };

/** More than the kernel keeps for a connection, and less: such an answer counts as sent as soon as it is written. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, "x");
const CHUNK = Buffer.alloc(400_000, "x");

/** Times that a slow reader stops: together much longer than the limit. */
const PAUSES = 20;

// Connections of trusted proxies do not count, and the loopback is one unless somebody says otherwise.
process.env.TRUST_PROXY = "0";

const sockets: Socket[] = [];
let host: ListeningHost;

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await host.close();
});

const serve = (limits = LIMITS) =>
  listen((incoming, outgoing) => {
    const body = incoming.url === "/large" ? LARGE : CHUNK;
    outgoing.writeHead(200, { "Content-Length": body.length }).end(body);
  }, limits);

/** Bytes that the kernel holds for readers of this host, on its side: also of connections that this process has forgotten. */
function heldByKernel(): number {
  const port = host.port.toString(16).toUpperCase().padStart(4, "0");
  const lines = readFileSync("/proc/net/tcp", "latin1").matchAll(
    /: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} [0-9A-F]{2} ([0-9A-F]{8}):/g,
  );
  return [...lines].reduce((sum, [, local, bytes = "0"]) => sum + (local === port ? Number.parseInt(bytes, 16) : 0), 0);
}

test.each(["/large", "/chunk.js"])("who asks for %s and reads nothing is cut off, and nothing is kept for them", async (path) => {
  host = await serve();
  for (let i = 0; i < 20; i++) sockets.push(await unread(host.port, path));
  await expect.poll(heldByKernel).toBeGreaterThan(1_000_000);
  await expect.poll(heldByKernel, { timeout: 20_000 }).toBe(0);
  expect([...host.answers].map((answer) => answer.writableLength)).toEqual([]);
});

test("who reads slowly gets all of it", async () => {
  host = await serve();
  const socket = await unread(host.port, "/large");
  sockets.push(socket);
  let got = 0;
  let pauses = 0;
  socket.on("data", (bytes: Buffer) => {
    got += bytes.length;
    // The kernel tells the sender of room again only when there is much of it: less than this at a time would look like nothing.
    if (pauses === PAUSES || got < (pauses + 1) * 1_000_000) return;
    pauses += 1;
    socket.pause();
    // Less often than a look, more often than the limit.
    setTimeout(() => socket.resume(), LIMITS.unreadMs / 4);
  });
  const ended = new Promise((resolve) => socket.once("close", resolve));
  socket.resume();
  await expect.poll(() => got, { timeout: 30_000 }).toBeGreaterThanOrEqual(LARGE.length);
  socket.destroy();
  await ended;
});

test("a connection that has read its answer is kept for the next request, and so is a stream on which nothing happens", async () => {
  host = await serve();
  const reader = await somebody();
  const stream = await openStream(host.url, { token: reader.token });
  await stream.first(ready);
  let streaming = true;
  void stream.ended.then(() => (streaming = false));
  const socket = connect(host.port, "127.0.0.1");
  sockets.push(socket);
  let got = 0;
  socket.on("data", (bytes) => (got += bytes.length));
  const ask = () => socket.write("GET /chunk.js HTTP/1.1\r\nHost: parley.test\r\n\r\n");
  ask();
  await expect.poll(() => got).toBeGreaterThan(CHUNK.length);
  const stuck = await unread(host.port, "/chunk.js");
  const cut = new Promise((resolve) => stuck.once("close", resolve));
  sockets.push(stuck);
  await expect.poll(heldByKernel).toBeGreaterThan(CHUNK.length / 2);
  // By the time that this one is cut off, the others would be too.
  await expect.poll(heldByKernel, { timeout: 20_000 }).toBe(0);
  stuck.resume();
  await cut;
  ask();
  await expect.poll(() => got).toBeGreaterThan(2 * CHUNK.length);
  expect(streaming).toBe(true);
  stream.cut();
});

test("an address has so many connections, is told when it has more, and may come back when one has ended", async () => {
  host = await serve();
  const { port } = host;
  for (let i = 0; i < LIMITS.perAddress; i++) sockets.push(await unread(port, "/chunk.js"));
  const ask = () => sendRaw(port, "GET /api/health HTTP/1.1\r\nHost: parley.test\r\nConnection: close\r\n\r\n");
  const refused = await ask();
  expect(refused.status).toBe(429);
  expect(JSON.parse(refused.body)).toEqual({
    message: expect.stringMatching(/^[A-Z].*\.$/),
    code: "too_many_connections",
    params: { retryAfter: 30 },
  });
  expect(refused.head).toContain("Retry-After: ");
  for (const socket of sockets.splice(0)) socket.destroy();
  await expect.poll(async () => (await ask()).status).toBe(200);
});

test("another address is not concerned", async () => {
  host = await serve();
  for (let i = 0; i < LIMITS.perAddress; i++) sockets.push(await unread(host.port, "/chunk.js"));
  const neighbour = connect({ port: host.port, host: "127.0.0.1", localAddress: "127.0.0.2" });
  sockets.push(neighbour);
  neighbour.write("GET /api/health HTTP/1.1\r\nHost: parley.test\r\n\r\n");
  const answer = await new Promise<Buffer>((resolve) => neighbour.once("data", resolve));
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
});
