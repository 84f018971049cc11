import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ConversationSnapshot } from "@/lib/client/messenger";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

beforeEach(() => void vi.useFakeTimers(FAKE_TIMERS));
afterEach(() => void vi.useRealTimers());

/** What may happen, and how often. Each takes a number that picks whom or what it happens to. */
const step = fc.record({
  what: fc.oneof(
    ...Object.entries({
      theySend: 4,
      iSendElsewhere: 2,
      iSend: 2,
      somebodyEdits: 5,
      theyRead: 1,
      iReadElsewhere: 1,
      theyRename: 3,
      iRename: 1,
      theyStart: 1,
      theySayToTheGroup: 4,
      iSayToTheGroup: 1,
      iJoin: 3,
      iAmRemoved: 2,
      somebodyComesOrGoes: 2,
      groupIsRenamed: 1,
      iSetMyPlace: 4,
      iMarkUnread: 2,
      iReadTheGroup: 2,
      framesArrive: 6,
      frameArrives: 3,
      serverAnswers: 6,
      answerArrives: 4,
      requestFails: 2,
      streamIsCut: 2,
      logSettles: 1,
      logIsPruned: 1,
      databaseIsRestored: 1,
      open: 2,
      click: 3,
      pageIsRead: 4,
      pageArrives: 3,
      goBack: 1,
      loadOlder: 4,
      loadNewer: 1,
      jump: 1,
      loadMore: 1,
      look: 2,
      timePasses: 3,
    }).map(([what, weight]) => ({ arbitrary: fc.constant(what), weight })),
  ),
  n: fc.nat(50),
});

/** What happens on the server alone, between the readings of what a page is painted with. */
const before = fc.array(
  fc.record({
    what: fc.constantFrom(
      "theySend",
      "iSendElsewhere",
      "theyRead",
      "iReadElsewhere",
      "theyRename",
      "iRename",
      "somebodyEdits",
      "logSettles",
    ),
    n: fc.nat(50),
  }),
  { maxLength: 4 },
);

const PEOPLE = ["me", "ann", "bob", "cid", "dan"];

/** Pages of conversations that were asked for by a click: on their way, read by the server, and kept for going back to. */
class Navigation {
  private asked: string[] = [];
  private read: ConversationSnapshot[] = [];
  private kept: ConversationSnapshot[] = [];

  constructor(
    private readonly server: ModelServer,
    private readonly page: Page,
  ) {}

  click(id: string): void {
    this.page.messenger.expect(id);
    this.asked.push(id);
  }

  isRead(): void {
    this.read.push(...this.asked.splice(0).map((id) => this.server.painted("me", id)));
  }

  arrives(n: number): void {
    const [painted] = this.read.splice(n % Math.max(1, this.read.length), 1);
    if (painted) this.show(painted);
  }

  goBack(n: number): void {
    const painted = this.kept[n % Math.max(1, this.kept.length)];
    if (painted) this.show(painted);
  }

  private show(painted: ConversationSnapshot): void {
    this.kept.push(painted);
    this.page.messenger.seed(painted);
    this.page.messenger.open(painted.conversation.id);
  }
}

type World = { server: ModelServer; page: Page; navigation: Navigation; backup: () => void };

function run({ what, n }: { what: string; n: number }, { server, page, navigation, backup }: World): void {
  const { messenger } = page;
  const others = PEOPLE.slice(1);
  const other = others[n % others.length] as string;
  const mine = others.map((name) => ["me", name].sort().join("+"));
  const known = Object.keys(page.state.conversations);
  const id = known[n % Math.max(1, known.length)];
  const group = n % 2 ? "team" : "family";
  const inGroup = server.handle("me", "GET", `/api/conversations/${group}`, undefined).status === 200;
  const ofMine = known.filter((each) => server.handle("me", "GET", `/api/conversations/${each}`, undefined).status === 200);
  const held = ofMine[n % Math.max(1, ofMine.length)];
  const exchange = page.exchanges[n % Math.max(1, page.exchanges.length)];
  const steps: Record<string, () => void> = {
    theySend: () => server.send(server.start("me", other), other, `from ${other} ${n}`),
    iSendElsewhere: () => server.send(server.start("me", other), "me", `mine ${n}`, crypto.randomUUID()),
    iSend: () => id && void messenger.send(id, `here ${n}`),
    somebodyEdits: () => id && server.edit(id, 1 + (n % Math.max(1, server.messages(id, "me").length)), `edited ${n}`),
    theyRead: () => id && server.read(id, id.replace("me", "").replace("+", ""), server.messages(id, "me").length),
    iReadElsewhere: () => id && server.read(id, "me", Math.min(n, server.messages(id, "me").length)),
    theyRename: () => server.rename(other, `${other} ${n}`),
    iRename: () => server.rename("me", `me ${n}`),
    theyStart: () => server.start("me", other),
    theySayToTheGroup: () => server.send(server.startGroup(group, "ann"), "ann", `to all ${n}`),
    iSayToTheGroup: () => inGroup && server.send(group, "me", `mine to all ${n}`, crypto.randomUUID()),
    iJoin: () => server.join(server.startGroup(group, "ann"), "me", n % 3 ? "all" : "joining"),
    iAmRemoved: () => server.remove(server.startGroup(group, "ann"), "me"),
    somebodyComesOrGoes: () => (n % 4 > 1 ? server.join : server.remove).call(server, server.startGroup(group, "ann"), "bob", "all"),
    groupIsRenamed: () => server.changeGroup(server.startGroup(group, "ann"), { name: `${group} ${n}` }),
    iSetMyPlace: () => {
      const archivedSeq = held === undefined ? 0 : server.view(held, "me").lastSeq;
      const settings = [{ pinned: n }, { pinned: null }, { archivedSeq }, { archivedSeq: null }, { muted: "always" }, { muted: "no" }];
      if (held) server.setPlace(held, "me", settings[n % settings.length] ?? {});
    },
    iMarkUnread: () => held && server.setPlace(held, "me", { readSeq: Math.min(n, server.view(held, "me").readSeq) }),
    iReadTheGroup: () => inGroup && server.read(group, "me", Math.min(n, server.view(group, "me").lastSeq)),
    frameArrives: () => page.source?.arrive(),
    framesArrive: () => page.source?.arriveAll(),
    serverAnswers: () => page.exchanges.forEach(({ answer }) => answer()),
    answerArrives: () => exchange?.answered && exchange.arrive(),
    requestFails: () => exchange?.fail(),
    streamIsCut: () => page.source?.cut(),
    logSettles: () => server.settleLog(),
    logIsPruned: () => server.prune(),
    databaseIsRestored: () => n === 0 && server.restore(backup),
    click: () =>
      mine[n % mine.length] && known.includes(mine[n % mine.length] as string) && navigation.click(mine[n % mine.length] as string),
    pageIsRead: () => navigation.isRead(),
    pageArrives: () => navigation.arrives(n),
    goBack: () => navigation.goBack(n),
    open: () => mine[n % mine.length] && known.includes(mine[n % mine.length] as string) && messenger.open(mine[n % mine.length] as string),
    loadOlder: () => id && void messenger.loadOlder(id),
    loadNewer: () => id && void messenger.loadNewer(id),
    loadMore: () => void messenger.loadMore(),
    jump: () => id && void messenger.jumpToLatest(id),
    look: () => {
      page.lifecycle?.attend(n % 2 === 0);
      const open = page.state.openId;
      const last = open === null ? undefined : page.state.transcripts[open]?.messages.at(-1)?.seq;
      if (open !== null && last) messenger.see(open, Math.max(1, last - 10), last);
    },
    timePasses: () => vi.advanceTimersByTime(n * 100),
  };
  steps[what]?.();
}

/** As Next does: the list and the conversation on screen are read apart, and things happen between. */
function paint(server: ModelServer, listFirst: boolean, between: { what: string; n: number }[]): Page {
  const meanwhile = new Page(server, "me");
  const happen = () => {
    for (const each of between) run(each, { server, page: meanwhile, navigation: new Navigation(server, meanwhile), backup: () => {} });
  };
  const early = listFirst ? null : server.painted("me", "ann+me");
  if (!listFirst) happen();
  const snapshot = server.snapshot("me", undefined, 1);
  if (listFirst) happen();
  const page = new Page(server, "me", { snapshot });
  page.messenger.seed(early ?? server.painted("me", "ann+me"));
  page.messenger.open("ann+me");
  return page;
}

test("Stale state and what the stream brings are what a fresh load shows, whatever happened between", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(120),
      fc.boolean(),
      before,
      before,
      fc.array(step, { maxLength: 60 }),
      async (count, listFirst, between, then, steps) => {
        const server = new ModelServer(...PEOPLE);
        server.start("me", "ann");
        for (let i = 0; i < count; i++) server.send("ann+me", i % 3 ? "ann" : "me", `earlier ${i}`);
        for (const other of ["bob", "cid"]) server.send(server.start("me", other), other, "hello");
        const backup = server.backup();
        const page = paint(server, listFirst, between);
        const world = { server, page, navigation: new Navigation(server, page), backup };
        for (const each of then) run(each, world);
        page.start();
        for (const each of steps) {
          run(each, world);
          await Promise.resolve();
        }
        await vi.advanceTimersByTimeAsync(0);
        page.lifecycle?.wake();
        await page.settle();
        expectEqualToFreshLoad(page, server);
        page.stop();
        vi.clearAllTimers();
      },
    ),
    { numRuns: Number(process.env.MODEL_RUNS ?? 1000) },
  );
}, 120_000);

function expectEqualToFreshLoad({ state, messenger }: Page, server: ModelServer): void {
  const fresh = new Page(server, "me").state;
  expect(state.me).toEqual(fresh.me);
  expect(state.order).toEqual(state.hasMore ? fresh.order.slice(0, state.order.length) : fresh.order);
  for (const id of state.order) expect(state.conversations[id]).toEqual(fresh.conversations[id]);
  expect(messenger.getState().connection.status).toBe("open");
  for (const [id, { messages, atStart, atEnd, ahead }] of Object.entries(state.transcripts)) {
    const all = server.messages(id, "me");
    const from = server.view(id, "me").fromSeq;
    const first = messages[0]?.seq ?? from + all.length + 1;
    expect(messages).toEqual(all.slice(first - from - 1, first - from - 1 + messages.length));
    expect(ahead).toEqual([]);
    expect(atEnd).toBe(messages.at(-1)?.seq === all.at(-1)?.seq);
    expect(atStart).toBe(messages.length === 0 ? all.length === 0 : first === from + 1);
  }
  const places = Object.keys(state.conversations).map((id) => [
    id,
    server.handle("me", "GET", `/api/conversations/${id}`, undefined).status,
  ]);
  expect(places.filter(([, status]) => status !== 200)).toEqual([]);
  for (const id of state.archived) expect(state.conversations[id]).toEqual(server.view(id, "me"));
  // What was refused because one was in the group no more stays until its author has seen it.
  const unsent = Object.values(state.outbox).flat();
  expect(unsent.filter(({ reason }) => reason !== "Conversation not found.")).toEqual([]);
}
