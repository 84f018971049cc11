import "server-only";
import type { CountHint } from "./hints";

/** Milliseconds for which what the other servers have counted is taken for true. */
const GOOD_FOR_MS = 5_000;

/** Milliseconds that the other servers have for their answers. One of the version before gives none, and its people are left out. */
const PATIENCE_MS = 300;

type Surroundings = {
  /** How many other servers there are. */
  others(): number;
  tell(hint: CountHint): void;
  /** Of those who take part in a group, how many this server counts. */
  countHere(groupId: string): number;
};

/**
 * How many of a group are online, however many take part: every server counts those who listen there, in memory, and the
 * sum is the number. Nobody is listed, no statement is run, and nothing is said of a group that nobody looks at.
 */
export class OnlineCounts {
  /** By group: those that were looked at within GOOD_FOR_MS. All servers hear the answers, so a round is good for all. */
  private readonly rounds = new Map<string, Round>();

  constructor(private readonly around: Surroundings) {}

  async of(groupId: string): Promise<number> {
    if (this.around.others() === 0) return this.around.countHere(groupId);
    const known = this.rounds.get(groupId);
    if (known) return known.sum();
    this.around.tell(`count ${groupId}`);
    const round = this.begin(groupId);
    this.answer(groupId, round);
    return round.sum();
  }

  /** What another server says. */
  heard(hint: CountHint, from: number): void {
    const [word, groupId = "", count] = hint.split(" ");
    if (word === "counted") this.rounds.get(groupId)?.answered(from, Number(count), this.around.others());
    else this.answer(groupId, this.rounds.get(groupId) ?? this.begin(groupId));
  }

  stop(): void {
    for (const round of this.rounds.values()) round.close();
    this.rounds.clear();
  }

  /** What is counted here, and answered by the others from now on, whoever has asked. */
  private begin(groupId: string): Round {
    const round = new Round(this.around.countHere(groupId), () => this.rounds.delete(groupId));
    this.rounds.set(groupId, round);
    return round;
  }

  private answer(groupId: string, { here }: Round): void {
    this.around.tell(`counted ${groupId} ${here}`);
  }
}

/** One counting of a group by all servers. */
class Round {
  private readonly answers = new Map<number, number>();
  private settle = () => {};
  private readonly settled = new Promise<void>((resolve) => (this.settle = resolve));
  private readonly patience = setTimeout(() => this.settle(), PATIENCE_MS).unref();
  private readonly end: NodeJS.Timeout;

  /** @param here how many this server counts */
  constructor(
    readonly here: number,
    onEnd: () => void,
  ) {
    this.end = setTimeout(onEnd, GOOD_FOR_MS).unref();
  }

  answered(from: number, count: number, others: number): void {
    this.answers.set(from, count);
    if (this.answers.size >= others) this.settle();
  }

  async sum(): Promise<number> {
    await this.settled;
    return [...this.answers.values()].reduce((sum, count) => sum + count, this.here);
  }

  close(): void {
    clearTimeout(this.patience);
    clearTimeout(this.end);
    this.settle();
  }
}
