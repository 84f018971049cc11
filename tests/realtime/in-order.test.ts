import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SENT_AHEAD_MAX } from "@/lib/host/in-order";
import { type ListeningHost, listen } from "../support/listening-host";
import { sendRaw } from "../support/raw";
import { somebody } from "../support/talk";

let host: ListeningHost;
/** What pages were asked for, as they came to be answered, and what ends each answer. */
let asked: string[];
let answer: (() => void)[];
const sockets: Socket[] = [];

beforeEach(async () => {
  asked = [];
  answer = [];
  host = await listen(({ url = "" }, outgoing) => {
    asked.push(url);
    answer.push(() => outgoing.end(`of ${url};`));
  });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await host.close();
});

const ask = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\nHost: parley.test\r\n${headers}\r\n`;

test("what a connection asks ahead is looked at when all before it has been answered", async () => {
  const ended = sendRaw(host.port, `${ask("/1")}${ask("/2")}${ask("/nowhere/../3")}${ask("/4", "Connection: close\r\n")}`);
  for (const paths of [["/1"], ["/1", "/2"], ["/1", "/2", "/not-found"], ["/1", "/2", "/not-found", "/4"]]) {
    await expect.poll(() => asked).toEqual(paths);
    answer.shift()?.();
  }
  const { body } = await ended;
  expect(body.match(/of [/\w-]+/g)).toEqual(["of /1", "of /2", "of /not-found", "of /4"]);
});

test("what is refused on the way has its place in the order as well", async () => {
  const ended = sendRaw(host.port, `${ask("/1")}${ask("/2").replace("GET", "PUT")}${ask("/3", "Connection: close\r\n")}`);
  await expect.poll(() => answer.length).toBe(1);
  answer.shift()?.();
  await expect.poll(() => answer.length).toBe(1);
  answer.shift()?.();
  const { head, body } = await ended;
  expect(`${head}${body}`.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 405", "HTTP/1.1 200"]);
});

test("a connection that asks for much more ahead than it has answers of is ended, and nothing is made for it", async () => {
  const { head } = await sendRaw(host.port, ask("/many").repeat(SENT_AHEAD_MAX + 2));
  expect([head, asked]).toEqual(["", ["/many"]]);
});

test("behind an event stream nothing is made, however long it lasts", async () => {
  const { token } = await somebody();
  const socket = connect(host.port, "127.0.0.1");
  sockets.push(socket);
  let got = "";
  socket.on("data", (bytes) => (got += bytes));
  const ended = new Promise((resolve) => socket.on("error", () => {}).once("close", resolve));
  socket.write(ask("/api/messages", `Accept: text/event-stream\r\nAuthorization: Bearer ${token}\r\n`));
  await expect.poll(() => got).toContain("event: ready");
  socket.write(ask("/behind").repeat(SENT_AHEAD_MAX));
  // Answered on another connection after those have come.
  await expect.poll(() => host.answers.size).toBe(1 + SENT_AHEAD_MAX);
  expect(asked).toEqual([]);
  socket.write(ask("/behind"));
  await ended;
  expect(asked).toEqual([]);
});
