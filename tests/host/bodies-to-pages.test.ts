import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startServer } from "../support/server";

/** The most that a process has ever held, in MiB. */
const mostHeld = (pid: number) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

test("four hundred megabytes that are sent to a page are kept by nobody", async () => {
  const server = await startServer();
  onTestFinished(() => server.stop());
  expect((await fetch(`${server.url}/sign-in`)).status).toBe(200);
  const before = mostHeld(server.pid);
  const part = Buffer.alloc(1024 * 1024 - 1, "x");
  const answers = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const socket = connect(server.port, "127.0.0.1").on("error", () => {});
      let answer = "";
      const closed = new Promise((resolve) => socket.on("data", (text) => (answer += text)).once("close", resolve));
      socket.write(`POST /sign-in HTTP/1.1\r\nHost: parley.test\r\nContent-Length: ${10 * part.length}\r\nConnection: close\r\n\r\n`);
      for (let sent = 0; sent < 10; sent++) await Promise.race([new Promise((taken) => socket.write(part, taken)), closed]);
      await closed;
      return answer.slice(0, 12);
    }),
  );
  // A connection that is ended while it sends may not live to see the answer.
  expect(answers.filter((answer) => answer !== "" && answer !== "HTTP/1.1 405")).toEqual([]);
  expect(mostHeld(server.pid) - before).toBeLessThan(100);
});
