import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pair, Person } from "./cast";
import { type Spread, spread } from "./numbers";
import { Connection, type Heard, Listener } from "./wire";

/** The load generator: a process of its own, which run.ts calls over the channel to its parent. */

/** What became of the messages of one run. Times are in milliseconds. */
export type Sends = {
  sent: number;
  perSecond: number;
  post: Spread;
  delivery: Spread;
  refused: number;
  lost: number;
  doubled: number;
  outOfOrder: number;
};

/** Streams that are being opened at a time: what a host's queue of new connections holds. */
const OPENING = 128;

/** Milliseconds after the last send in which what is still missing may arrive. */
const PATIENCE_MS = 5_000;

const TEXT = "and so the river carried their words down to the sea, one after another.";

/**
 * One run's messages by their number, which leads the text of each. It outlives no run, so what arrives late shows as
 * lost here and nowhere else.
 */
class Tally {
  private readonly first = nextNumber;
  private readonly sentAt: number[] = [];
  private readonly heard: number[] = [];
  private readonly post: number[] = [];
  private readonly delivery: number[] = [];
  private refused = 0;
  private outOfOrder = 0;
  private arrived = 0;
  lastHeardAt = 0;
  private readonly began = performance.now();
  private ended = 0;

  /** @param listeners streams that each message has to arrive on, its author's included. */
  constructor(private readonly listeners: number) {}

  async send(connection: Connection, conversationId: string): Promise<void> {
    const number = nextNumber++ - this.first;
    const sentAt = performance.now();
    this.sentAt[number] = sentAt;
    this.heard[number] = 0;
    const body = { content: `${number + this.first} ${TEXT}`, clientId: randomUUID() };
    const { status } = await connection.post(`/api/conversations/${conversationId}/messages`, body);
    this.ended = performance.now();
    this.post.push(this.ended - sentAt);
    if (status !== 201) this.refused++;
  }

  hear({ seq, content, own }: Heard, listener: Listener): void {
    const number = Number.parseInt(content, 10) - this.first;
    const sentAt = this.sentAt[number];
    if (sentAt === undefined) return;
    this.lastHeardAt = performance.now();
    if (!own) this.delivery.push(this.lastHeardAt - sentAt);
    this.heard[number] = (this.heard[number] ?? 0) + 1;
    this.arrived++;
    if (seq <= listener.lastSeq) this.outOfOrder++;
    listener.lastSeq = Math.max(seq, listener.lastSeq);
  }

  async settled(): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (this.arrived < this.post.length * this.listeners && performance.now() < deadline) await sleep(1);
  }

  result(): Sends {
    return {
      sent: this.post.length,
      perSecond: this.post.length / ((this.ended - this.began) / 1000),
      post: spread(this.post),
      delivery: spread(this.delivery),
      refused: this.refused,
      lost: this.heard.filter((times) => times < this.listeners).length,
      doubled: this.heard.filter((times) => times > this.listeners).length,
      outOfOrder: this.outOfOrder,
    };
  }
}

let nextNumber = 1;
let tally: Tally | null = null;
const listeners = new Map<string, Listener[]>();

const load = {
  /** Opens a stream for each, at the servers in turn; returns the milliseconds until the headers of all had arrived. */
  async open({ name, port, people }: { name: string; port: Port; people: Person[] }): Promise<number> {
    const began = performance.now();
    const queue = people.entries();
    const opened: Listener[] = [];
    const opener = async () => {
      for (const [i, { token }] of queue) {
        const listener = new Listener(nth(port, i), token, (heard, by) => tally?.hear(heard, by));
        opened.push(listener);
        await listener.opened;
      }
    };
    await Promise.all(Array.from({ length: OPENING }, opener));
    listeners.set(name, opened);
    return performance.now() - began;
  },

  async close({ name }: { name: string }): Promise<void> {
    for (const listener of listeners.get(name) ?? []) listener.close();
    listeners.delete(name);
    await sleep(300);
  },

  /** Sends at a steady rate whatever the answers do, from both people of each pair in turn. */
  async pace({ port, pairs, rate, seconds, listening = true }: Traffic & { rate: number; listening?: boolean }): Promise<Sends> {
    const seats = [0, 1].flatMap((side) => pairs.map((pair, i) => seat(nth(port, 2 * i + side), pair, side as 0 | 1)));
    return talk(listening ? 2 : 0, seats, async (run) => {
      const began = performance.now();
      const sends: Promise<void>[] = [];
      for (let due = 0; due < rate * seconds; due++) {
        const wait = began + (due * 1000) / rate - performance.now();
        if (wait > 0) await sleep(wait);
        const { connection, conversationId } = seats[due % seats.length] as Seat;
        sends.push(run.send(connection, conversationId));
      }
      await Promise.all(sends);
    });
  },

  /** One sender for each pair, who sends again as soon as the answer is there. `streams` is how many each has to arrive on. */
  async flood({ port, pairs, seconds, streams = 2 }: Traffic & { streams?: number }): Promise<Sends> {
    const seats = pairs.map((pair, i) => seat(nth(port, 2 * i), pair, 0));
    return talk(streams, seats, async (run) => {
      const deadline = performance.now() + seconds * 1000;
      const speak = async ({ connection, conversationId }: Seat) => {
        while (performance.now() < deadline) await run.send(connection, conversationId);
      };
      await Promise.all(seats.map(speak));
    });
  },

  /** Messages to a group whose every participant listens, each sent when the one before has reached all. */
  async announce({ port, conversationId, people, messages }: { port: number; conversationId: string; people: Person[]; messages: number }) {
    const seats = [{ connection: new Connection(port, (people[0] as Person).token), conversationId }];
    const last: number[] = [];
    const sends = await talk(people.length, seats, async (run) => {
      for (let i = 0; i < messages; i++) {
        const sentAt = performance.now();
        await run.send((seats[0] as Seat).connection, conversationId);
        await run.settled();
        last.push(run.lastHeardAt - sentAt);
      }
    });
    return { ...sends, last: spread(last) };
  },

  /** Readers who ask for one of the paths again as soon as the answer is there. */
  async read({ port, token, paths, readers, seconds }: { port: number; token: string; paths: string[]; readers: number; seconds: number }) {
    const connections = Array.from({ length: readers }, () => new Connection(port, token));
    const began = performance.now();
    const times: number[] = [];
    const ask = async (connection: Connection, i: number) => {
      for (let n = i; performance.now() < began + seconds * 1000; n += readers) {
        const asked = performance.now();
        const { status } = await connection.get(paths[n % paths.length] as string);
        if (status !== 200) throw new Error(`${paths[n % paths.length]} answered ${status}.`);
        times.push(performance.now() - asked);
      }
    };
    await Promise.all(connections.map(ask));
    const perSecond = times.length / ((performance.now() - began) / 1000);
    for (const connection of connections) connection.close();
    return { perSecond, ...spread(times) };
  },
};

export type Load = typeof load;
type Traffic = { port: Port; pairs: Pair[]; seconds: number };

/** Where a server listens, or several, among which people are spread. */
type Port = number | readonly number[];

/** Of a list of pairs' people the nth: both of a pair are at different servers, and so are the first ones of neighbours. */
function nth(port: Port, n: number): number {
  return typeof port === "number" ? port : (port[((n >> 1) + (n & 1)) % port.length] as number);
}
type Seat = { connection: Connection; conversationId: string };

function seat(port: number, { conversationId, people }: Pair, side: 0 | 1): Seat {
  return { connection: new Connection(port, people[side].token), conversationId };
}

async function talk(listenersOfEach: number, seats: Seat[], speak: (run: Tally) => Promise<void>): Promise<Sends> {
  const run = new Tally(listenersOfEach);
  if (listenersOfEach > 0) tally = run;
  await speak(run);
  await run.settled();
  tally = null;
  for (const { connection } of seats) connection.close();
  return run.result();
}

process.on("message", async ({ call, name, input }: { call: number; name: keyof Load; input: never }) => {
  try {
    process.send?.({ call, value: await load[name](input) });
  } catch (error) {
    process.send?.({ call, error: (error as Error).stack });
  }
});
