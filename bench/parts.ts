import { deepStrictEqual } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { SUBJECTS, type Subject } from "./database";
import { arrivals, largeGroup, sharedGroup } from "./groups";
import { deepPages, growHistory, sizes } from "./history";
import type { Sends } from "./load";
import { median } from "./numbers";
import { cpuSeconds, familyCpuSeconds, memoryKiB, type Server } from "./processes";
import { replay } from "./replay";
import { against, alone, compare, type Row, type Target, toOther } from "./report";
import { alternately, faults, type Part, type Servers, type Stage, WARM_UP_S, withServers, withSeveral } from "./stage";

const RATE = 100;

/** (a) 100 sends a second between 20 pairs, all 40 people listening. */
const latency: Part = (stage, tell) =>
  withServers(stage, async (servers) => {
    const { cast, load, rounds, seconds } = stage;
    const people = cast.pairs.flatMap((pair) => pair.people);
    const results = await alternately(rounds, servers, async ({ port }) => {
      await load.open({ name: "pairs", port, people });
      await load.flood({ port, pairs: cast.pairs, seconds: WARM_UP_S });
      await load.pace({ port, pairs: cast.pairs, rate: RATE, seconds: 1 });
      const sends = await load.pace({ port, pairs: cast.pairs, rate: RATE, seconds });
      await load.close({ name: "pairs" });
      return sends;
    });
    tell(
      compare("(a) 100 sends/s: POST p50", "ms", results, (r) => r.post.p50),
      compare("(a) POST p95", "ms", results, (r) => r.post.p95),
      compare("(a) POST p99", "ms", results, (r) => r.post.p99),
      compare("(a) send to receive p50", "ms", results, (r) => r.delivery.p50, { atMost: 1.5 }),
      compare("(a) send to receive p95", "ms", results, (r) => r.delivery.p95),
      compare("(a) send to receive p99", "ms", results, (r) => r.delivery.p99, { atMost: 2 }),
      alone("(a) refused, lost, doubled or out of order", "messages", faults(results.parley), { atMost: 0 }),
    );
  });

/** (b) 32 senders in 32 conversations, as fast as the answers come; and (f) what that costs. */
const throughput: Part = (stage, tell) =>
  withServers(stage, async (servers) => {
    const { cast, database, load, rounds, seconds } = stage;
    const people = cast.busy.flatMap((pair) => pair.people);
    const results = await alternately(rounds, servers, async ({ port, pid }) => {
      await load.open({ name: "busy", port, people });
      await load.flood({ port, pairs: cast.busy, seconds: 1 });
      const [server, postgres] = [cpuSeconds(pid), familyCpuSeconds(database.pid)];
      const sends = await load.flood({ port, pairs: cast.busy, seconds });
      const perThousand = (before: number, after: number) => ((after - before) / sends.sent) * 1000;
      const cpu = { server: perThousand(server, cpuSeconds(pid)), postgres: perThousand(postgres, familyCpuSeconds(database.pid)) };
      await load.close({ name: "busy" });
      return { ...sends, cpu };
    });
    tell(
      compare("(b) 32 senders: sends", "/s", results, (r) => r.perSecond, { atLeast: 0.8 }),
      compare("(b) POST p50", "ms", results, (r) => r.post.p50),
      compare("(b) POST p99", "ms", results, (r) => r.post.p99),
      compare("(b) send to receive p50", "ms", results, (r) => r.delivery.p50),
      compare("(b) send to receive p99", "ms", results, (r) => r.delivery.p99, { atMost: 1.5 }),
      alone("(b) refused, lost, doubled or out of order", "messages", faults(results.parley), { atMost: 0 }),
      compare("(f) CPU of the server for 1,000 messages", "s", results, (r) => r.cpu.server, { atMost: 1.4 }),
      compare("(f) CPU of PostgreSQL for 1,000 messages", "s", results, (r) => r.cpu.postgres, { atMost: 1.4 }),
    );
  });

/** (c) Streams on which nothing happens: their memory, and (a) among them. */
const idle: Part = (stage, tell) =>
  withServers(stage, async (servers) => {
    const results = { floor: [await measureIdle(stage, servers.floor)], parley: [await measureIdle(stage, servers.parley)] };
    const [floor, parley] = [results.floor[0] as Idle, results.parley[0] as Idle];
    tell(
      compare("(c) memory of each of 1,000 idle streams", "KiB", results, (r) => r.thousand),
      compare("(c) memory of each of 10,000 idle streams", "KiB", results, (r) => r.tenThousand, { atMost: 15, absolute: true }),
      compare("(c) headers of all 10,000 received after", "s", results, (r) => r.opened, { atMost: 5, absolute: true }),
      against("(c) send to receive p50 among them, to without", "ms", floor, parley, (r) => [r.without.p50, r.among.p50], { atMost: 1.2 }),
      against("(c) send to receive p99 among them, to without", "ms", floor, parley, (r) => [r.without.p99, r.among.p99], { atMost: 1.2 }),
      alone("(c) refused, lost, doubled or out of order", "messages", parley.faults, { atMost: 0 }),
    );
  });

type Idle = Awaited<ReturnType<typeof measureIdle>>;

async function measureIdle({ cast, load, rounds, seconds }: Stage, { port, pid, settle }: Server) {
  await load.open({ name: "pairs", port, people: cast.pairs.flatMap((pair) => pair.people) });
  const pace = async () => {
    const runs: Sends[] = [];
    await load.pace({ port, pairs: cast.pairs, rate: RATE, seconds: 1 });
    for (let i = 0; i < rounds; i++) runs.push(await load.pace({ port, pairs: cast.pairs, rate: RATE, seconds }));
    const of = (figure: (run: Sends) => number) => median(runs.map(figure));
    return { runs, p50: of((run) => run.delivery.p50), p99: of((run) => run.delivery.p99) };
  };
  const memory = async () => {
    await settle();
    return memoryKiB(pid);
  };
  const without = await pace();
  // What a process takes for its first streams, whatever their number, it takes once.
  await load.open({ name: "crowd", port, people: cast.crowd.slice(0, 1_000) });
  await load.close({ name: "crowd" });
  const before = await memory();
  await load.open({ name: "crowd", port, people: cast.crowd.slice(0, 1_000) });
  const thousand = ((await memory()) - before) / 1_000;
  await load.close({ name: "crowd" });
  const beforeAll = await memory();
  const opened = (await load.open({ name: "crowd", port, people: cast.crowd })) / 1000;
  const tenThousand = ((await memory()) - beforeAll) / cast.crowd.length;
  const among = await pace();
  await load.close({ name: "crowd" });
  await load.close({ name: "pairs" });
  return { thousand, tenThousand, opened, without, among, faults: faults([...without.runs, ...among.runs]) };
}

const ANNOUNCEMENTS = 40;

/** (e) One message to a group of 1,000 people, all of them listening. */
const fanOut: Part = (stage, tell) =>
  withServers(stage, async (servers) => {
    const { cast, load, rounds } = stage;
    const results = await alternately(Math.min(rounds, 2), servers, async ({ port, pid }) => {
      await load.open({ name: "group", port, people: cast.group.people });
      await load.announce({ port, ...cast.group, messages: 5 });
      const before = cpuSeconds(pid);
      const sends = await load.announce({ port, ...cast.group, messages: ANNOUNCEMENTS });
      const cpu = ((cpuSeconds(pid) - before) / sends.sent) * 1000;
      await load.close({ name: "group" });
      return { ...sends, cpu };
    });
    tell(
      compare("(e) 1 message to 1,000 listeners: all have it, p50", "ms", results, (r) => r.last.p50),
      compare("(e) all have it, p99", "ms", results, (r) => r.last.p99),
      compare("(e) one of them has it, p50", "ms", results, (r) => r.delivery.p50),
      compare("(e) CPU of the server for one message", "ms", results, (r) => r.cpu),
      alone("(e) refused, lost, doubled or out of order", "messages", faults(results.parley), { atMost: 0 }),
    );
  });

/** Several servers on one database: (i) what PostgreSQL does for 1,000 messages, and (l) how many 32 senders send. */
const together: Part = async (stage, tell) => {
  const one: Together[] = [];
  const spread: Together[] = [];
  const beside: Together[] = [];
  const measureOne = async () => void one.push(await withSeveral(stage, 1, (servers) => measureTogether(stage, servers, 1)));
  const { servers: several } = stage;
  const measureSeveral = () =>
    withSeveral(stage, several, async (servers) => {
      spread.push(await measureTogether(stage, servers, several));
      beside.push(await measureTogether(stage, servers, 1));
    });
  for (let round = 0; round < stage.rounds; round++) {
    for (const measure of round % 2 ? [measureSeveral, measureOne] : [measureOne, measureSeveral]) await measure();
  }
  const row = (what: string, unit: string, of: Together[], figure: (result: Together) => number, target?: Target) =>
    toOther(what, unit, of.map(figure), ["one server", one.map(figure)], target);
  const all = [...one, ...spread, ...beside].flatMap(({ paced, flooded }) => [paced, flooded]);
  tell(
    row(`(i) PostgreSQL CPU of 1,000 at 100/s, ${several} servers`, "s", spread, (r) => r.postgres.paced, { atMost: 1.5 }),
    row(`(i) of which ${several - 1} hear nothing`, "s", beside, (r) => r.postgres.paced, { atMost: 1.1 }),
    row(`(i) PostgreSQL CPU of 1,000 at full speed, ${several} servers`, "s", spread, (r) => r.postgres.flooded, { atMost: 1.5 }),
    row(`(i) of which ${several - 1} hear nothing`, "s", beside, (r) => r.postgres.flooded, { atMost: 1.1 }),
    row(`(i) CPU of the servers, ${several} servers, 1,000 at full speed`, "s", spread, (r) => r.servers),
    row(`(i) send to receive at 100/s p50, ${several} servers`, "ms", spread, (r) => r.paced.delivery.p50),
    row("(i) p99", "ms", spread, (r) => r.paced.delivery.p99),
    row(`(l) 32 senders through ${several} servers: sends`, "/s", spread, (r) => r.flooded.perSecond, { atLeast: 0.7 }),
    row(`(l) ${several - 1} hear nothing: sends`, "/s", beside, (r) => r.flooded.perSecond),
    row("(l) send to receive p50", "ms", spread, (r) => r.flooded.delivery.p50),
    row("(l) send to receive p99", "ms", spread, (r) => r.flooded.delivery.p99),
    alone("(i), (l) refused, lost, doubled or out of order", "messages", faults(all), { atMost: 0 }),
  );
};

type Together = Awaited<ReturnType<typeof measureTogether>>;

/** @param inUse of the servers, the first ones: nobody is connected to the others. */
async function measureTogether({ cast, database, load, seconds }: Stage, servers: Server[], inUse: number) {
  const port = servers.slice(0, inUse).map((server) => server.port);
  const serversCpu = () => servers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
  await load.open({ name: "pairs", port, people: cast.pairs.flatMap((pair) => pair.people) });
  // Each server works as long as a single one would.
  await load.flood({ port, pairs: cast.pairs, seconds: WARM_UP_S * inUse });
  await load.pace({ port, pairs: cast.pairs, rate: RATE, seconds: 1 });
  const beforePaced = familyCpuSeconds(database.pid);
  const paced = await load.pace({ port, pairs: cast.pairs, rate: RATE, seconds });
  const afterPaced = familyCpuSeconds(database.pid);
  await load.close({ name: "pairs" });
  await load.open({ name: "busy", port, people: cast.busy.flatMap((pair) => pair.people) });
  await load.flood({ port, pairs: cast.busy, seconds: 1 });
  const [beforeFlood, serversBefore] = [familyCpuSeconds(database.pid), serversCpu()];
  const flooded = await load.flood({ port, pairs: cast.busy, seconds });
  const perThousand = (cpu: number, { sent }: Sends) => (cpu / sent) * 1000;
  const postgres = {
    paced: perThousand(afterPaced - beforePaced, paced),
    flooded: perThousand(familyCpuSeconds(database.pid) - beforeFlood, flooded),
  };
  const servers1000 = perThousand(serversCpu() - serversBefore, flooded);
  await load.close({ name: "busy" });
  return { paced, flooded, postgres, servers: servers1000 };
}

const SIZES = [1_000, 100_000, 1_000_000];
const READERS = 8;
const WRITES_PER_SECOND = 200;

type Reading = { perSecond: number; p50: number; p99: number };

/** (d) History: pages and the list, with ever more messages in the database, and while others write. */
const history: Part = async (stage, tell) => {
  const least = new Map<string, Record<Subject, number>>();
  for (const size of SIZES) {
    await growHistory(stage.database.client, stage.cast, size);
    if (size === SIZES.at(-1)) await tellSizes(stage, tell);
    const deep = await deepPages(stage.database.client, stage.cast, 500);
    await stage.database.copy();
    await withServers(stage, async (servers) => {
      const calls = {
        "first page": stage.cast.shelf.map(({ conversationId }) => `/api/conversations/${conversationId}/messages`),
        "deep page": deep,
        list: ["/api/conversations"],
      };
      const token = stage.cast.shelf[0]?.people[0].token as string;
      for (const { port } of Object.values(servers)) {
        await stage.load.read({ port, token, paths: calls["first page"], readers: READERS, seconds: WARM_UP_S });
      }
      for (const [call, paths] of Object.entries(calls)) {
        await requireSameAnswers(stage, servers, paths);
        for (const writing of [false, true]) {
          const results = await alternately(2, servers, (server) => readPages(stage, server, paths, writing));
          const name = `(d) ${call}, ${size.toLocaleString("en")} messages${writing ? ", others write" : ""}`;
          const perSecond = (subject: Subject) => median(results[subject].map((r) => r.perSecond));
          const key = `${call} ${writing}`;
          const fewest = least.get(key) ?? { floor: perSecond("floor"), parley: perSecond("parley") };
          least.set(key, fewest);
          tell(
            compare(name, "/s", results, (r) => r.perSecond, { atLeast: 0.6 }),
            compare(`${name}, p50`, "ms", results, (r) => r.p50),
            compare(`${name}, p99`, "ms", results, (r) => r.p99),
          );
          if (size === SIZES.at(-1)) {
            const pair = (subject: Subject): [number, number] => [fewest[subject], perSecond(subject)];
            tell(against(`${name}, to 1,000 messages`, "/s", pair("floor"), pair("parley"), (r) => r, { atLeast: 0.83 }));
          }
        }
      }
    });
  }
};

async function readPages({ cast, load, seconds }: Stage, { port }: Server, paths: string[], writing: boolean): Promise<Reading> {
  const token = cast.shelf[0]?.people[0].token as string;
  const read = (duration: number) => load.read({ port, token, paths, readers: READERS, seconds: duration });
  await read(0.3);
  const duration = Math.max(1, seconds / 4);
  if (!writing) return read(duration);
  const traffic = load.pace({
    port,
    pairs: [...cast.pairs, ...cast.busy],
    rate: WRITES_PER_SECOND,
    seconds: duration + 0.4,
    listening: false,
  });
  await sleep(200);
  const reading = await read(duration);
  await traffic;
  return reading;
}

/** Both databases are copies of one: what differs would be a floor that does less. */
async function requireSameAnswers({ cast }: Stage, servers: Servers, paths: string[]): Promise<void> {
  const headers = { Authorization: `Bearer ${cast.shelf[0]?.people[0].token}` };
  const ask = async (subject: Subject) => (await fetch(`http://127.0.0.1:${servers[subject].port}${paths[0]}`, { headers })).json();
  const [floor, parley] = await Promise.all(SUBJECTS.map(ask));
  deepStrictEqual(parley, floor);
  deepStrictEqual(parley.length, 25);
}

async function tellSizes({ database }: Stage, tell: (...rows: Row[]) => void): Promise<void> {
  for (const { name, bytes, rows } of await sizes(database.client)) {
    tell(alone(`size of ${name} (${rows.toLocaleString("en")} rows)`, "MiB", bytes / 1024 / 1024));
  }
}

/** In the order in which they run: (d) fills the database. */
export const PARTS: Record<string, Part> = {
  a: latency,
  b: throughput,
  c: idle,
  e: fanOut,
  g: largeGroup,
  h: sharedGroup,
  k: arrivals,
  i: together,
  j: replay,
  d: history,
};
