import { request } from "node:http";
import { connect } from "node:net";
import { setImmediate } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

/**
 * Attacks a server from a thread of its own, so that what the attack costs its author does not slow those who measure.
 * Every connection comes from ::1, an address that nobody else of the test uses. Runs until it is told to stop, and then
 * says how often each status was the answer ("none" where the connection broke). `take` says what it takes of an answer:
 * "all", "first" (it leaves with the first bytes) or "nothing" (it stays, and does not read).
 */
const { host, port, method = "GET", paths, headers = [{}], body = "", bytes = 0, file, at = 8, take = "all" } = workerData;
const answers = {};
const idle = new Set();
let stopped = false;

parentPort.on("message", async () => {
  stopped = true;
  for (const socket of idle) socket.destroy();
  await Promise.all(attackers);
  parentPort.postMessage(answers);
  parentPort.close();
});

let turn = 0;
const attackers = Array.from({ length: take === "nothing" ? 1 : at }, async () => {
  while (!stopped) {
    const n = turn++;
    const path = numbered(paths[n % paths.length], n);
    const said = JSON.parse(numbered(JSON.stringify(headers[n % headers.length]), n));
    if (take !== "nothing") note(await once(path, said, file ?? (bytes ? Buffer.alloc(bytes, "a") : numbered(body, n))));
    else if (idle.size < at) neverRead(path, said);
    await setImmediate();
  }
});

/** Texts hold "{n}" where each request differs from the last. */
function numbered(text, n) {
  return text.replaceAll("{n}", String(n));
}

function note(status) {
  answers[status] = (answers[status] ?? 0) + 1;
}

function once(path, headers, content) {
  return new Promise((resolve) => {
    const asked = request({ host, port, method, path, headers, agent: false }, (answer) => {
      answer.once("close", () => resolve(answer.statusCode));
      answer.on("data", () => take === "first" && asked.destroy());
    });
    // A refusal that comes while the body is still on its way may break the connection.
    asked.on("error", () => resolve("none"));
    asked.end(content);
  });
}

/** Asks, and never takes what is answered. */
function neverRead(path, headers) {
  const socket = connect(port, host).pause();
  idle.add(socket);
  const lines = Object.entries({ host: "parley", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  socket.on("error", () => {});
  socket.once("close", () => {
    idle.delete(socket);
    note("none");
  });
}
