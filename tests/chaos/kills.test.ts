import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Message } from "@/lib/protocol/messages";
import { account, type DataFolder, usedDataFolder } from "../support/data-folder";
import { Follower, upTo } from "../support/follower";
import { freePort } from "../support/free-port";
import { length, patience, tell } from "../support/lengths";
import { sendPersistently } from "../support/persistent-send";
import type { RunningServer } from "../support/server";

const SENDERS = 8;

/** Servers run as on somebody's own machine: nothing configured, a database of their own that writes to the disk. */
type Machine = { folder: DataFolder; port: number; server: RunningServer };

const start = ({ folder, port }: Pick<Machine, "folder" | "port">) => folder.start({ RATE_LIMIT: "off" }, port);

const killDatabase = ({ folder }: Machine) => {
  const postmaster = folder.postmaster();
  if (postmaster) process.kill(postmaster, "SIGKILL");
};

const kills = {
  "the server": async (machine: Machine) => {
    await machine.server.kill("SIGKILL");
    machine.server = await start(machine);
  },
  "the database": async (machine: Machine) => killDatabase(machine),
  both: async (machine: Machine) => {
    killDatabase(machine);
    await machine.server.kill("SIGKILL");
    machine.server = await start(machine);
  },
};

test.each(Object.entries(kills).map(([name, kill]) => ({ name, kill })))(
  "kill -9 of $name at any moment: whatever was acknowledged is there, once, in order, on every screen",
  { timeout: patience(60_000) },
  async ({ name, kill }) => {
    const folder = usedDataFolder();
    const port = await freePort();
    const machine: Machine = { folder, port, server: await start({ folder, port }) };
    const url = () => `http://127.0.0.1:${port}`;
    const people = await Promise.all(upTo(SENDERS).map((i) => account(url(), `sender${i}`)));
    const talks = await Promise.all(
      people.map(
        async ({ post }, i) => ((await post("/api/conversations", { username: `sender${((i + 1) % SENDERS) + 1}` })) as { id: string }).id,
      ),
    );
    const readers = people.map(({ token }) => new Follower(url, token, { retryMs: () => 20 + Math.random() * 100 }));
    await Promise.all(readers.map((reader) => reader.live));

    const acknowledged = acknowledgements(join(folder.path, "acknowledged"));
    let sending = true;
    let attempts = 0;
    const senders = people.map(async (person, s) => {
      for (let n = 0; sending; n++) {
        // In one's own conversation, and in that which one's neighbour began: each has two that write.
        const talk = talks[(s + (n % 2) * (SENDERS - 1)) % SENDERS] as string;
        const sent = await sendPersistently(url, person, talk, `${s}:${n}`);
        acknowledged.note(sent.message);
        attempts += sent.attempts;
      }
    });
    const rounds = length(3, 50);
    for (let round = 0; round < rounds; round++) {
      await acknowledged.more(20 + Math.floor(Math.random() * 200));
      await kill(machine);
    }
    await acknowledged.more(50);
    sending = false;
    await Promise.all(senders);

    const noted = acknowledged.read();
    let stored = 0;
    for (const [s, talk] of talks.entries()) {
      const messages = await all(people[s] as { get(path: string): Promise<unknown> }, talk);
      stored += messages.length;
      expect(messages.map(({ seq }) => seq)).toEqual(upTo(messages.length));
      expect(new Set(messages.map(({ sender, content }) => `${sender.id} ${content}`)).size).toBe(messages.length);
      const mine = noted.filter(({ conversationId }) => conversationId === talk);
      const known = new Map(messages.map((message) => [message.id, message]));
      for (const { id, seq, content } of mine) expect(known.get(id)).toMatchObject({ seq, content });
      for (const reader of [readers[s], readers[(s + 1) % SENDERS]] as Follower[]) {
        await expect.poll(() => reader.numbers().get(talk), { timeout: 10_000 }).toEqual(upTo(messages.length));
        expect(reader.resets).toBe(0);
      }
    }
    expect(stored).toBe(noted.length);
    await Promise.all(readers.map((reader) => reader.stop()));
    tell(`kill -9 of ${name}`, { kills: rounds, acknowledged: noted.length, repeated: attempts - noted.length, lost: 0, doubled: 0 });
  },
);

/** What a server has said it keeps, on the disk before anything else happens. */
function acknowledgements(path: string) {
  const file = openSync(path, "a");
  let count = 0;
  let waiting: { from: number; wake: () => void } | null = null;
  return {
    note({ id, conversationId, seq, content }: Message): void {
      writeSync(file, `${JSON.stringify({ id, conversationId, seq, content })}\n`);
      fsyncSync(file);
      if (waiting && ++count >= waiting.from) waiting.wake();
    },
    /** Resolves when this many more have come. */
    more(messages: number): Promise<void> {
      return new Promise((wake) => (waiting = { from: count + messages, wake }));
    },
    read(): Pick<Message, "id" | "conversationId" | "seq" | "content">[] {
      closeSync(file);
      return readFileSync(path, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    },
  };
}

/** A whole conversation, page by page, oldest first. */
async function all({ get }: { get(path: string): Promise<unknown> }, talk: string): Promise<Message[]> {
  const messages: Message[] = [];
  for (let before = ""; ; before = `&before=${messages[0]?.id}`) {
    const page = (await get(`/api/conversations/${talk}/messages?limit=100${before}`)) as Message[];
    if (page.length === 0) return messages;
    messages.unshift(...page.reverse());
  }
}
