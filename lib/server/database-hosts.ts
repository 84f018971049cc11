import { setTimeout as sleep } from "node:timers/promises";

/** What an address says before its hosts, the hosts, and what it says after them. */
const PARTS = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s;

const PORT = 5432;

/**
 * An address for each host of an address. `postgres://user:password@one:5432,two:5433/database` names two, as libpq writes
 * it: they hold copies of one database, of which one takes writes.
 */
export function addressesOf(url: string): string[] {
  const [, before, hosts, after] = PARTS.exec(url) ?? [];
  if (!hosts?.includes(",")) return [url];
  return hosts.split(",").map((host) => `${before}${host}${after}`);
}

/** The hosts of an address with their ports, in words for its owner. Throws for what is no address. */
export function hostsOf(url: string): string {
  const hosts = addressesOf(url).map((address) => new URL(address));
  return hosts.map(({ hostname, port }) => `${hostname}:${port || PORT}`).join(" and ");
}

/** Of a host that answers, whether it takes writes, and as of which timeline; of another, why it does not answer. */
export type Answer = { writes: boolean; timeline: string | null } | { error: unknown };

/** Milliseconds that others have to answer once one has that takes writes. */
const GRACE_MS = 300;

/** Milliseconds for which none is asked again where none took writes: all who wait for one ask at once. */
const FUTILE_MS = 200;

/**
 * Which of several hosts takes writes: asked of all of them at a time, and once for all connections until one is lost. Where
 * two say that they do, it is the one of the later timeline: a standby that was promoted is believed, and not the primary of
 * before that somebody has started again.
 */
export class DatabaseHosts {
  private readonly addresses: readonly string[];
  private found: Promise<string> | null = null;
  private last: string | null = null;
  /** How each connection is given up, by the address that it leads to. */
  private readonly held = new Map<() => void, string>();

  constructor(
    url: string,
    private readonly ask: (address: string) => Promise<Answer>,
  ) {
    this.addresses = addressesOf(url);
  }

  /** The address of the one that takes writes. Throws with what is known of each where none does. */
  primary(): Promise<string> {
    this.found ??= this.look().catch((error) => {
      setTimeout(() => this.forget(), FUTILE_MS).unref();
      throw error;
    });
    return this.found;
  }

  /** It may be another by now. */
  forget(): void {
    this.found = null;
  }

  /**
   * A connection leads to an address, and is given up once another one is the primary: where two take writes, what is read
   * and written by one process is of one history. Returns what is called when it has ended.
   */
  hold(address: string, giveUp: () => void): () => void {
    if (this.last !== null && this.last !== address) giveUp();
    else this.held.set(giveUp, address);
    return () => this.held.delete(giveUp);
  }

  private async look(): Promise<string> {
    const answers = new Map<string, Answer>();
    const asked = this.addresses.map(async (address) => {
      const answer = await this.ask(address);
      answers.set(address, answer);
      if (timelineOf(answer) === null) throw new Error("it takes no writes");
    });
    const all = Promise.allSettled(asked);
    const late = Promise.any(asked).then(
      () => sleep(GRACE_MS),
      () => all,
    );
    await Promise.race([all, late]);
    let best: { address: string; timeline: string } | null = null;
    // Of those that stand at the same, the one that was it before, or that is named first.
    for (const address of this.inOrder()) {
      const timeline = timelineOf(answers.get(address));
      if (timeline !== null && (best === null || timeline > best.timeline)) best = { address, timeline };
    }
    if (best === null) throw noneTakesWrites(answers);
    this.last = best.address;
    for (const [giveUp, address] of [...this.held]) if (address !== best.address) giveUp();
    return best.address;
  }

  private inOrder(): string[] {
    const { last } = this;
    return last === null ? [...this.addresses] : [last, ...this.addresses.filter((address) => address !== last)];
  }
}

/** Null where a host takes no writes; empty where it does, and cannot tell. */
function timelineOf(answer: Answer | undefined): string | null {
  return answer && "writes" in answer && answer.writes ? (answer.timeline ?? "") : null;
}

/** PostgreSQL's code for a connection that could not be made, by which callers know that the database is away. */
function noneTakesWrites(answers: ReadonlyMap<string, Answer>): Error {
  const each = [...answers].map(([address, answer]) => {
    const { message, code } = ("error" in answer ? answer.error : { message: "a standby" }) as Error & { code?: string };
    return `${hostsOf(address)} (${message || code})`;
  });
  return Object.assign(new Error(`none of its hosts takes writes: ${each.join(", ")}`), { code: "08001" });
}
