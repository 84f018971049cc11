import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyEvent } from "@/lib/client/store/apply";
import { change } from "@/lib/client/store/draft";
import { type ConversationSnapshot, initialState, type Snapshot } from "@/lib/client/store/snapshot";
import type { MessengerState } from "@/lib/client/store/state";
import { learnPage } from "@/lib/client/store/transcripts";
import { hasGap } from "@/lib/client/store/window";
import { parseEvent } from "@/lib/protocol/events";
import { User } from "@/lib/protocol/users";
import { pruneEvents } from "@/lib/server/realtime/retention";
import { snapshotConversation, snapshotList } from "@/lib/server/snapshot";
import { shown } from "../client/support/shown";
import { type EventStream, openStream, type Received, ready, reset } from "../support/event-stream";
import { changePlace, makeGroup, takeOut } from "../support/groups";
import { length, patience, tell } from "../support/lengths";
import { type ListeningHost, listen } from "../support/listening-host";
import type { Person } from "../support/person";
import { messagesOf, read, send, somebody, talk } from "../support/talk";

const SEQUENCES = length(60, 2_000);

let host: ListeningHost;

beforeAll(async () => {
  host = await listen();
});

afterAll(() => host.close());

type World = { people: Person[]; talks: string[]; screens: Screen[] };

/** What one of three people does in one of three conversations. */
const actions = {
  send: async ({ people, talks }: World, who: number, where: number) => {
    await send(people[who] as Person, talks[where] as string, `of ${who} in ${where}`).catch(notThere);
  },
  read: async ({ people, talks }: World, who: number, where: number) => {
    await read(people[who] as Person, talks[where] as string).catch(notThere);
  },
  readSome: async ({ people, talks }: World, who: number, where: number) => {
    const messages = await messagesOf(people[who] as Person, talks[where] as string).catch(() => []);
    const upTo = messages[Math.floor(messages.length / 2)]?.id;
    if (upTo) await read(people[who] as Person, talks[where] as string, upTo);
  },
  rename: async ({ people }: World, who: number, where: number) => {
    await people[who]?.fetch("/api/auth_user", { method: "PATCH", json: { name: `Name ${where}` } });
  },
  renameGroup: async ({ people, talks }: World, who: number, where: number) => {
    await people[who]?.fetch(`/api/groups/${talks[0]}`, { method: "PATCH", json: { name: `Group ${where}` } });
  },
  leaveGroup: async ({ people, talks }: World, who: number) => {
    await takeOut(people[who] as Person, talks[0] as string, people[who] as Person);
  },
  takeOut: async ({ people, talks }: World, who: number, where: number) => {
    await takeOut(people[who] as Person, talks[0] as string, people[where] as Person);
  },
  joinGroup: async ({ people, talks }: World, who: number) => {
    await people[who]?.fetch(`/api/groups/${talks[0]}/join`, { method: "POST" });
  },
  keep: async ({ people, talks }: World, who: number, where: number) => {
    const json = [{ pinned: 1 }, { pinned: null, muted: "always" }, { notify: "mentions", muted: "no" }][who];
    await changePlace(people[who] as Person, talks[where] as string, json).catch(notThere);
  },
  markUnread: async ({ people, talks }: World, who: number, where: number) => {
    const [last] = await messagesOf(people[who] as Person, talks[where] as string).catch(() => []);
    if (last) await changePlace(people[who] as Person, talks[where] as string, { unreadFrom: last.id }).catch(notThere);
  },
  readAll: async ({ people }: World, who: number) => void (await people[who]?.fetch("/api/read_all", { method: "POST" })),
  leave: async ({ screens }: World, who: number) => screens[who]?.leave(),
  comeBack: async ({ screens }: World, who: number) => screens[who]?.connect(),
  reload: async ({ screens }: World, who: number, where: number) => screens[who]?.load(where),
  forget: async () => void (await pruneEvents(0)),
};

/** The third conversation is of two people only. */
function notThere(error: unknown): void {
  if (!String(error).includes("404")) throw error;
}

const action = fc.record({
  what: fc.constantFrom(...(["send", "send", "send", ...Object.keys(actions)] as (keyof typeof actions)[])),
  who: fc.nat(2),
  where: fc.nat(2),
});
/** What stands in one array happens at once. */
const steps = fc.array(fc.array(action, { minLength: 1, maxLength: 4 }), { minLength: 3, maxLength: 14 });

/** What somebody's page holds: a snapshot of some moment, and every event since, as they arrive. */
class Screen {
  private state!: MessengerState;
  /** Where the stream goes on: of what a page is painted with each part was read at another moment. */
  private cursors: string[] = [];
  /** What was read first of a page that is being loaded: the list or the conversation. */
  private half: Half | null = null;
  private open = 0;
  private stream: EventStream | null = null;
  private stale = false;
  /** Since the page was loaded they may have been out of the open conversation and back, and nobody told them what was said. */
  private wasElsewhere = false;
  private visits = 0;

  constructor(
    private readonly person: Person,
    private readonly talks: string[],
  ) {}

  /** As a page that is opened afresh, of which Next reads the list and the conversation apart: the other half follows. */
  async load(open = this.open): Promise<void> {
    this.leave();
    this.open = open;
    this.stale = false;
    this.half = open === 0 ? { list: await this.snapshotList() } : { painted: await this.snapshotPage() };
  }

  /** The stream goes on from the moments that both halves were read at. */
  async connect(): Promise<void> {
    if (this.stale) await this.load();
    if (this.half) await this.complete(this.half);
    if (this.stream) return;
    const { token } = this.person;
    // The first events may be here before the stream is; those of one that was left count no more.
    const visit = ++this.visits;
    const onEvent = (event: Received) => void (visit === this.visits && this.take(event));
    const query = `?${new URLSearchParams(this.cursors.map((cursor) => ["lastEventId", cursor]))}`;
    this.stream = await openStream(host.url, { token, query, onEvent });
  }

  leave(): void {
    this.visits++;
    this.stream?.cut();
    this.stream = null;
  }

  /** Everything that was missed has been applied. */
  async catchUp(): Promise<void> {
    let told: Received | undefined;
    do {
      this.leave();
      await this.connect();
      // A server that has missed too much itself ends its streams, and they come back.
      told = await this.stream?.first((event) => ready(event) || reset(event)).catch(() => undefined);
    } while (this.stale || !told);
    this.leave();
    if (this.wasElsewhere) await this.fillGap();
  }

  /** As a page does, whose place was told after they had been taken out and were back: it never saw itself leave. */
  private async fillGap(): Promise<void> {
    const id = this.talks[this.open] as string;
    const held = this.state.transcripts[id];
    if (!held || !hasGap(held, this.state.conversations.get(id)?.lastSeq ?? 0)) return;
    const page = await this.snapshotPage();
    if (page) this.state = change(this.state, (draft) => learnPage(draft, id, page.messages, { first: 0, last: Number.POSITIVE_INFINITY }));
  }

  /** What a person sees, held and loaded afresh. */
  async shown(): Promise<{ held: unknown; loaded: unknown }> {
    const fresh = initialState({ ...(await this.snapshotList()), transcript: (await this.snapshotPage()) ?? undefined });
    return { held: visible(this.state), loaded: visible(fresh) };
  }

  private async complete(half: Half): Promise<void> {
    this.half = null;
    const painted = half.painted === undefined ? await this.snapshotPage() : half.painted;
    const list = half.list ?? (await this.snapshotList());
    this.state = initialState({ ...list, transcript: painted ?? undefined });
    this.cursors = [list.cursor, ...(painted ? [painted.cursor] : [])];
    this.wasElsewhere = false;
  }

  private async me(): Promise<User> {
    return User.parse(await (await this.person.fetch("/api/auth_user")).json());
  }

  private async snapshotList(): Promise<Snapshot> {
    const me = await this.me();
    return { me, ...(await snapshotList(me)) };
  }

  /** Null where the conversation is not theirs. */
  private async snapshotPage(): Promise<ConversationSnapshot | null> {
    return snapshotConversation(await this.me(), this.talks[this.open] as string).catch(() => null);
  }

  private take(event: Received): void {
    if (event.name === "ping") return;
    if (reset(event)) {
      this.stale = true;
      this.visits++;
      return;
    }
    if (event.id) this.cursors = [event.id];
    const told = parseEvent(event.name, event.data);
    if (!told) return;
    const isOwnPlace = told.type === "place" && told.conversationId === this.talks[this.open];
    if (isOwnPlace && told.conversation?.placeVersion !== this.state.conversations.get(told.conversationId)?.placeVersion) {
      this.wasElsewhere = true;
    }
    this.state = change(this.state, (draft) => applyEvent(draft, told));
    // Of a conversation that one looks at and has come into, a page fetches what was said.
    if (isOwnPlace && told.conversation && !this.state.transcripts[told.conversationId]) {
      this.stale = true;
      this.visits++;
    }
  }
}

type Half = { list?: Snapshot; painted?: ConversationSnapshot | null };

function visible(state: MessengerState) {
  const { me, conversations, order, transcripts } = shown(state);
  const texts = Object.entries(transcripts).map(([id, { messages, atEnd }]) => ({ id, messages, atEnd }));
  return { me, conversations, order, texts };
}

test(`a screen of any age and all events since is the screen of a fresh load, in ${SEQUENCES} random histories`, {
  timeout: patience(60_000),
}, async () => {
  let events = 0;
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom("all" as const, "joining" as const), async (steps, history) => {
      const people = await Promise.all([somebody(), somebody(), somebody()]);
      const [ann, bob, cid] = people as [Person, Person, Person];
      const { id: group } = await makeGroup(ann, [bob, cid], { access: "open", history });
      const talks = [group, (await talk(ann, bob)).id, (await talk(bob, cid)).id];
      for (const id of talks) await send(bob, id, "first");
      const screens = people.map((person) => new Screen(person, talks));
      await Promise.all(screens.map((screen) => screen.load()));
      await Promise.all(screens.map((screen) => screen.connect()));
      const world = { people, talks, screens };
      for (const step of steps) {
        events += step.length;
        await inTurnOfEach(step, ({ what, who, where }) => actions[what](world, who, where));
      }
      for (const screen of screens) {
        await screen.catchUp();
        const { held, loaded } = await screen.shown();
        expect(held).toEqual(loaded);
      }
    }),
    { numRuns: SEQUENCES, interruptAfterTimeLimit: patience(50_000) },
  );
  tell("stale state + events = a fresh load", { histories: SEQUENCES, actions: events, different: 0 });
});

/** At once, but each person does one thing after the other. */
async function inTurnOfEach<T extends { who: number }>(step: T[], act: (one: T) => Promise<unknown>): Promise<void> {
  const of = (person: number) =>
    step.filter(({ who }) => who === person).reduce((before, one) => before.then(() => act(one)), Promise.resolve<unknown>(null));
  await Promise.all([0, 1, 2].map(of));
}
