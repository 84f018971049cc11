import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import type { Conversation } from "@/lib/protocol/conversations";
import type { Message } from "@/lib/protocol/messages";
import { database, sql } from "../support/database";
import { isMessage, type Received } from "../support/event-stream";
import { Follower, upTo } from "../support/follower";
import { length, patience, tell } from "../support/lengths";
import { sendPersistently } from "../support/persistent-send";
import { type Person, people } from "../support/person";
import { lastRelease, type Release } from "../support/released";
import { type RunningServer, startServer } from "../support/server";

/** Messages that the first conversation holds when it is migrated. */
const HELD = length(20_000, 1_000_000);

let release: Release;
const env = { DATABASE_URL: database() };

beforeAll(() => {
  release = lastRelease();
}, 120_000);

beforeEach(() => sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

afterAll(() => release.remove());

test(
  "while the last release is replaced by this one, what is said at either is shown by both, without a gap, to who stays and who moves",
  async () => {
    const old = await release.start(env);
    onTestFinished(() => old.stop());
    const [one, other] = (await people(2, "one")) as [Person, Person];
    const [two, another] = (await people(2, "two")) as [Person, Person];
    const long = await startTalk(old, one, other);
    const short = await startTalk(old, two, another);
    await fill(long, one, HELD);
    const places = [
      new Place(old, one, long, HELD),
      new Place(old, other, long, HELD),
      new Place(old, two, short, 0),
      new Place(old, another, short, 0),
    ];
    onTestFinished(async () => void (await Promise.all(places.map((place) => place.leave()))));
    await Promise.all(places.map((place) => place.follower.live));

    let talking = true;
    let slowest = 0;
    const said = places.map(async (place, i) => {
      for (let count = 0; talking; count++) slowest = Math.max(slowest, await place.say(`${i}:${count}`));
    });
    const goesOn = () => Promise.all(places.map((place) => place.hearsMore(20)));

    await goesOn();
    // Which migrates the database under the old one.
    const today = await startServer({ env });
    onTestFinished(() => today.stop());
    await goesOn();
    // One of each pair moves, so that every word crosses from one version to the other.
    for (const i of [0, 2]) places[i]?.moveTo(today);
    await goesOn();
    for (const i of [1, 3]) places[i]?.moveTo(today);
    await old.stop();
    await goesOn();
    talking = false;
    await Promise.all(said);

    for (const conversation of [places.slice(0, 2), places.slice(2)]) {
      const sent = conversation.reduce((sum, place) => sum + place.sent, 0);
      for (const place of conversation) {
        await expect.poll(() => place.shown().length, { timeout: 20_000 }).toBe(sent);
        expect(place.shown()).toEqual(upTo(sent).map((n) => place.held + n));
        expect(place.follower.repeats).toBe(0);
      }
    }
    tell(`from release ${release.version} to this one, under load`, {
      "messages in the database": HELD,
      sent: places.reduce((sum, place) => sum + place.sent, 0),
      "slowest send, ms": Math.round(slowest),
      lost: 0,
    });
  },
  patience(120_000),
);

test(
  "a group that is made at this one while one of its people is at the last release is theirs as soon as they come over",
  async () => {
    const old = await release.start(env);
    onTestFinished(() => old.stop());
    const [ann, bob] = (await people(2, "team")) as [Person, Person];
    const talk = await startTalk(old, ann, bob);
    const today = await startServer({ env });
    onTestFinished(() => today.stop());
    const bobs = new Held(old, bob);
    onTestFinished(() => bobs.follower.stop());
    await bobs.follower.live;

    const { id } = await call<Conversation>(today, ann, "POST", "/api/groups", { name: "The team", usernames: [bob.username] });
    await call(today, ann, "POST", `/api/conversations/${id}/messages`, { content: "welcome" });
    // What the old one has passed over lies behind it now: it has told of what came after, and beats.
    await call(today, ann, "POST", `/api/conversations/${talk}/messages`, { content: "come over" });
    await expect.poll(() => bobs.follower.messages.at(-1)?.content, { timeout: 20_000 }).toBe("come over");
    bobs.beats = 0;
    await expect.poll(() => bobs.beats, { timeout: 20_000 }).toBeGreaterThan(1);
    bobs.moveTo(today);
    await expect.poll(() => bobs.groups.get(id)?.lastMessage?.content, { timeout: 20_000 }).toBe("welcome");

    await call(today, ann, "PATCH", `/api/groups/${id}`, { name: "The new team" });
    await expect.poll(() => bobs.groups.get(id)?.group?.name).toBe("The new team");
    expect(bobs.follower.resets).toBe(1);
  },
  patience(60_000),
);

async function call<T>({ url }: RunningServer, { token }: Person, method: string, path: string, body?: object): Promise<T> {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.json() as Promise<T>;
}

/** The groups that somebody's page holds: loaded where a stream says so, and else as it tells. */
class Held {
  readonly groups = new Map<string, Conversation>();
  readonly follower: Follower;
  beats = 0;

  constructor(
    private server: RunningServer,
    private readonly who: Person,
  ) {
    this.follower = new Follower(() => this.server.url, who.token, { onEvent: (event) => this.take(event) });
  }

  moveTo(server: RunningServer): void {
    this.server = server;
    this.follower.cut();
  }

  private take({ name, data }: Received): void {
    if (name === "ping") this.beats++;
    if (name === "reset") void this.loadAfresh();
    if (name === "place") this.groups.set(data.conversationId, data.conversation);
    const known = name === "conversation" ? this.groups.get(data.group.id) : undefined;
    if (known) this.groups.set(known.id, { ...known, group: data.group });
  }

  private async loadAfresh(): Promise<void> {
    for (const one of await call<Conversation[]>(this.server, this.who, "GET", "/api/conversations")) this.groups.set(one.id, one);
  }
}

async function startTalk(server: RunningServer, one: Person, { username }: Person): Promise<string> {
  return (await call<Conversation>(server, one, "POST", "/api/conversations", { username })).id;
}

async function fill(conversationId: string, { id }: Person, count: number): Promise<void> {
  await sql(
    `WITH counted AS (UPDATE conversations SET last_seq = $3, last_message_at = now() WHERE id = $1)
     INSERT INTO messages (id, conversation_id, seq, sender_id, content, created_at)
     SELECT gen_random_uuid(), $1, n, $2, 'what was said before', now() FROM generate_series(1, $3::int) n`,
    [conversationId, id, count],
  );
}

/** Somebody in a conversation, at a server: they talk, and read on wherever they are, as the contract asks of a client. */
class Place {
  readonly follower: Follower;
  sent = 0;
  /** The numbers of messages by their ids. */
  private readonly numbers = new Map<string, number>();

  /** @param held what was there before anybody read. */
  constructor(
    private server: RunningServer,
    private readonly who: Person,
    private readonly conversationId: string,
    readonly held: number,
  ) {
    this.follower = new Follower(() => this.server.url, who.token, {
      onEvent: (event) => {
        if (isMessage(event)) this.take([event.data as Message]);
        if (event.name === "reset") void this.loadAfresh();
      },
    });
  }

  /** The numbers of what is shown, in order. */
  shown(): number[] {
    return [...this.numbers.values()].sort((a, b) => a - b);
  }

  /** Milliseconds until it was acknowledged. */
  async say(text: string): Promise<number> {
    const from = performance.now();
    await sendPersistently(() => this.server.url, this.who, this.conversationId, text);
    this.sent++;
    return performance.now() - from;
  }

  async hearsMore(count: number): Promise<void> {
    const before = this.numbers.size;
    await expect.poll(() => this.numbers.size, { timeout: 30_000 }).toBeGreaterThan(before + count);
  }

  moveTo(server: RunningServer): void {
    this.server = server;
    this.follower.cut();
  }

  leave(): Promise<void> {
    return this.follower.stop();
  }

  private take(messages: Message[]): void {
    for (const { id, seq } of messages) if (seq > this.held) this.numbers.set(id, seq);
  }

  private async loadAfresh(): Promise<void> {
    let before = "";
    for (let oldest = Number.POSITIVE_INFINITY; oldest > this.held + 1; ) {
      const path = `/api/conversations/${this.conversationId}/messages?limit=100${before && `&before=${before}`}`;
      const answer = await fetch(this.server.url + path, { headers: { Authorization: `Bearer ${this.who.token}` } });
      const page = (await answer.json()) as Message[];
      this.take(page);
      const last = page.at(-1);
      if (!last) return;
      oldest = last.seq;
      before = last.id;
    }
  }
}
