import type { Group, Pair, Person } from "./cast";
import type { Sends } from "./load";
import { median } from "./numbers";
import { cpuSeconds, familyCpuSeconds, type Server, startLoad } from "./processes";
import { against, alone, toOther } from "./report";
import { faults, type Part, type Stage, WARM_UP_S, withServers, withSeveral } from "./stage";

/** What a group costs beside pairs, each compared with Parley itself. */

const LISTENERS = 50;
const RATE = 200;

/** (g) A message to 10,000 people of whom only its author listens, to one to a single person who does not listen. */
export const largeGroup: Part = (stage, tell) =>
  withSeveral(stage, 1, async ([server]) => {
    const { cast, database, load, rounds, seconds } = stage;
    if (!server) return;
    const { port, pid } = server;
    const cpu = () => cpuSeconds(pid) + familyCpuSeconds(database.pid);
    const measure = async (pair: Pair) => {
      await load.open({ name: "author", port, people: [pair.people[0]] });
      await load.flood({ port, pairs: [pair], seconds: WARM_UP_S, streams: 1 });
      const before = cpu();
      const sends = await load.flood({ port, pairs: [pair], seconds, streams: 1 });
      const of1000 = ((cpu() - before) / sends.sent) * 1000;
      await load.close({ name: "author" });
      return { ...sends, of1000 };
    };
    const { group, pair } = await inTurn(rounds, {
      group: () => measure(seats(cast.largeGroup, 1)[0] as Pair),
      pair: () => measure(cast.pairs[0] as Pair),
    });
    const of1000 = (runs: { of1000: number }[]) => runs.map((run) => run.of1000);
    tell(
      toOther("(g) CPU of 1,000 messages to 10,000 people", "s", of1000(group), ["to one", of1000(pair)], { atMost: 1.2 }),
      alone("(g) refused, lost, doubled or out of order", "messages", faults([...group, ...pair]), { atMost: 0 }),
    );
  });

/** (h) 32 senders in one group of 1,000 people, of whom 50 listen, to 32 senders in 32 pairs. */
export const sharedGroup: Part = (stage, tell) =>
  withSeveral(stage, 1, async ([server]) => {
    const { cast, load, rounds, seconds } = stage;
    if (!server) return;
    const { port } = server;
    const measure = async (pairs: Pair[], people: Person[], streams: number) => {
      await load.open({ name: "talkers", port, people });
      await load.flood({ port, pairs, seconds: WARM_UP_S, streams });
      const sends = await load.flood({ port, pairs, seconds, streams });
      await load.close({ name: "talkers" });
      return sends;
    };
    const { group, pairs } = await inTurn(rounds, {
      group: () => measure(seats(cast.group, cast.busy.length), cast.group.people.slice(0, LISTENERS), LISTENERS),
      pairs: () =>
        measure(
          cast.busy,
          cast.busy.flatMap(({ people }) => people),
          2,
        ),
    });
    const perSecond = (runs: Sends[]) => runs.map((run) => run.perSecond);
    const p99 = (runs: Sends[]) => runs.map((run) => run.delivery.p99);
    tell(
      toOther("(h) 32 senders in one group of 1,000", "/s", perSecond(group), ["in 32 pairs", perSecond(pairs)], { atLeast: 0.5 }),
      toOther("(h) send to receive p99", "ms", p99(group), ["in 32 pairs", p99(pairs)]),
      alone("(h) refused, lost, doubled or out of order", "messages", faults([...group, ...pairs]), { atMost: 0 }),
    );
  });

/** (k) How late others' messages are while 1,000 people of one group connect at once, again and again. */
export const arrivals: Part = (stage, tell) =>
  withServers(stage, async ({ floor, parley }) => {
    const results = { floor: await measureArrivals(stage, floor), parley: await measureArrivals(stage, parley) };
    const p99 = ({ quiet, among }: Arrivals): [number, number] => [
      median(quiet.map(({ delivery }) => delivery.p99)),
      median(among.map(({ delivery }) => delivery.p99)),
    ];
    tell(
      against("(k) send to receive p99 while 1,000 of a group connect, to quiet", "ms", results.floor, results.parley, p99, { atMost: 3 }),
      alone("(k) headers of all 1,000 received after", "s", Math.max(...results.parley.opened) / 1000),
      alone("(k) refused, lost, doubled or out of order", "messages", faults([...results.parley.among, ...results.parley.quiet]), {
        atMost: 0,
      }),
    );
  });

type Arrivals = Awaited<ReturnType<typeof measureArrivals>>;

async function measureArrivals({ cast, load, rounds, seconds }: Stage, { port }: Server) {
  const pace = () => load.pace({ port, pairs: cast.pairs, rate: RATE, seconds });
  // They come by a process of their own: one that opens a thousand streams hears its others late by itself.
  const crowd = startLoad();
  await load.open({ name: "pairs", port, people: cast.pairs.flatMap(({ people }) => people) });
  await load.flood({ port, pairs: cast.pairs, seconds: WARM_UP_S });
  const opened: number[] = [];
  const { among, quiet } = await inTurn(rounds, {
    quiet: pace,
    among: async () => {
      let over = false;
      const sends = pace().finally(() => (over = true));
      while (!over) {
        opened.push(await crowd.load.open({ name: "arrivals", port, people: cast.group.people }));
        await crowd.load.close({ name: "arrivals" });
      }
      return sends;
    },
  });
  crowd.stop();
  await load.close({ name: "pairs" });
  return { among, quiet, opened };
}

/** Seats for so many senders of a group, who sit one in each. */
function seats({ conversationId, people }: Group, count: number): Pair[] {
  return people.slice(0, count).map((person) => ({ conversationId, people: [person, person] }));
}

/** Each by turns, and in the other order the next time. */
async function inTurn<Name extends string, T>(rounds: number, measures: Record<Name, () => Promise<T>>): Promise<Record<Name, T[]>> {
  const names = Object.keys(measures) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<Name, T[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 ? names.toReversed() : names) results[name].push(await measures[name]());
  }
  return results;
}
