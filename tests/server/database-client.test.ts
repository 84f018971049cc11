import { createServer, type Socket } from "node:net";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { migrate } from "@/lib/host/migrate";
import { DatabaseClient } from "@/lib/server/database-client";
import { pool, query } from "@/lib/server/db";
import { Hints } from "@/lib/server/realtime/hints";
import { deaf } from "../support/hints";

afterAll(() => pool().end());

/** A message of PostgreSQL's protocol. */
function message(type: string, ...parts: (number | string)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) =>
      typeof part === "string" ? Buffer.from(part) : Buffer.from(new Uint8Array(new Uint32Array([part]).buffer).reverse()),
    ),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

const CLEARTEXT = message("R", 3);
const MD5 = message("R", 5, "salt");
const SCRAM = message("R", 10, "SCRAM-SHA-256\0\0");
const PROOF = message("R", 12, "v=bm9uc2Vuc2U=");
const WELCOME = Buffer.concat([message("R", 0), message("Z", "I")]);

/** Takes up the number that the client has made for this once, as it has to. */
function challenge(heard: Buffer): Buffer {
  return message("R", 11, `${/r=[^,]+/.exec(heard.toString())?.[0]}more,s=c2FsdA==,i=4096`);
}

type Answer = Buffer | ((heard: Buffer) => Buffer);

/** Somebody who has taken the port of a database that went away, with an answer for each time that the client speaks. */
async function impostor(...answers: Answer[]) {
  let heard = "";
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let turn = 0;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      // The first packet tells a name and a database.
      if (turn > 0) heard += bytes.toString("latin1");
      const answer = answers[turn++] ?? Buffer.alloc(0);
      socket.write(typeof answer === "function" ? answer(bytes) : answer);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  });
  const { port } = server.address() as { port: number };
  return {
    url: `postgresql://parley_app:secret@127.0.0.1:${port}/parley?require_auth=scram-sha-256`,
    heard: () => heard,
    connections: () => sockets.size,
    /** Resolves once all who came are gone, and with them whatever they would have said. */
    left: () => vi.waitFor(() => expect([...sockets].every(({ destroyed, readableEnded }) => destroyed || readableEnded)).toBe(true)),
  };
}

test.each<[string, Answer[]]>([
  ["asks for the password as it is", [CLEARTEXT, WELCOME]],
  ["asks for it and says that it was right, in one breath", [Buffer.concat([CLEARTEXT, WELCOME])]],
  ["asks for its MD5", [MD5, WELCOME]],
  ["asks for nothing", [WELCOME]],
  ["does not know it either", [SCRAM, challenge, Buffer.concat([PROOF, WELCOME])]],
  ["begins as PostgreSQL does, and breaks off", [SCRAM, WELCOME]],
  ["begins as PostgreSQL does, and then asks for the password", [SCRAM, CLEARTEXT, WELCOME]],
])("a server that %s is told neither the password nor anything else", async (_, answers) => {
  const other = await impostor(...answers);
  const client = new DatabaseClient({ connectionString: other.url });
  client.on("error", () => {});
  await expect(client.connect()).rejects.toThrow(/SCRAM/);
  await expect(client.query("SELECT 'a word'")).rejects.toThrow();
  await other.left();
  expect(other.heard()).not.toMatch(/secret|md5|a word/);
});

test("this holds for every connection of a server", async () => {
  const other = await impostor(CLEARTEXT, WELCOME);
  process.env.DATABASE_URL = other.url;
  await expect(query({ name: "a_word", text: "SELECT 'a word'" }, [])).rejects.toThrow(/SCRAM/);
  expect(other.connections()).toBe(1);
  await expect(migrate(other.url)).rejects.toThrow(/SCRAM/);
  expect(other.connections()).toBe(2);
  const hints = new Hints(deaf);
  await vi.waitFor(() => expect(other.connections()).toBeGreaterThan(2));
  await hints.stop();
  await other.left();
  expect(other.heard()).toBe("");
});

test("where it is one of several hosts it is told nothing either, and the other is taken", async () => {
  const other = await impostor(CLEARTEXT, WELCOME);
  const real = new URL(process.env.PARLEY_TEST_DATABASE as string);
  const both = real.href.replace(real.host, `127.0.0.1:${new URL(other.url).port},${real.host}`);
  const client = new DatabaseClient({ connectionString: both });
  await client.connect();
  expect([client.port, (await client.query("SELECT 1 AS one")).rows]).toEqual([Number(real.port), [{ one: 1 }]]);
  await client.end();
  expect(other.connections()).toBe(1);
  expect(other.heard()).toBe("");
});

test("PostgreSQL proves itself, and is believed", async () => {
  const client = new DatabaseClient({ connectionString: process.env.PARLEY_TEST_DATABASE as string });
  await client.connect();
  expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await client.end();
});
