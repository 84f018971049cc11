import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeBrowser } from "./support/fake-browser";
import { ModelServer } from "./support/model-server";
import { FAKE_TIMERS, Page } from "./support/page";

beforeEach(() => void vi.useFakeTimers(FAKE_TIMERS));
afterEach(() => void vi.useRealTimers());

const step = fc.record({
  what: fc.oneof(
    ...Object.entries({
      send: 6,
      sendHere: 2,
      rename: 2,
      read: 1,
      framesArrive: 6,
      frameArrives: 3,
      answersArrive: 3,
      tabOpens: 2,
      tabCloses: 1,
      tabCrashes: 2,
      tabFreezes: 2,
      tabThaws: 2,
      tabIsPutAway: 1,
      tabComesBack: 1,
      streamIsCut: 2,
      logSettles: 2,
      logIsPruned: 1,
      heartbeat: 1,
      timePasses: 3,
    }).map(([what, weight]) => ({ arbitrary: fc.constant(what), weight })),
  ),
  n: fc.nat(50),
});

test("Every tab shows what a fresh load shows, whichever of them led, froze, crashed or came back", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const server = new ModelServer("me", "ann");
      const id = server.start("me", "ann");
      server.send(id, "ann", "first");
      const browser = new FakeBrowser();
      let tabs: Page[] = [];
      const openTab = () => tabs.push(new Page(server, "me", { openId: id, browser }).start());
      openTab();

      for (const { what, n } of steps) {
        const tab = tabs[n % Math.max(1, tabs.length)];
        const steps: Record<string, () => void> = {
          send: () => server.send(id, "ann", `from ann ${n}`),
          sendHere: () => tab && !tab.frozen && void tab.messenger.send(id, `from here ${n}`),
          rename: () => server.rename("ann", `Ann ${n}`),
          read: () => server.read(id, "ann", server.messages(id, "me").length),
          framesArrive: () => tabs.forEach((each) => each.frozen || each.sources.forEach((source) => source.arriveAll())),
          frameArrives: () => tab?.frozen || tab?.source?.arrive(),
          answersArrive: () => {
            for (const exchange of [...(tab?.exchanges ?? [])]) {
              exchange.answer();
              exchange.arrive();
            }
          },
          tabOpens: () => tabs.length < 5 && openTab(),
          tabCloses: () => {
            tab?.stop();
            tabs = tabs.filter((other) => other !== tab);
          },
          tabCrashes: () => {
            if (!tab) return;
            tabs = tabs.filter((other) => other !== tab);
            tab.crash(browser);
          },
          tabFreezes: () => tab?.freeze(),
          tabThaws: () => tabs.forEach((each) => each.thaw()),
          tabIsPutAway: () => tab?.lifecycle?.suspend(),
          tabComesBack: () => tab?.lifecycle?.resume(),
          streamIsCut: () => tab?.source?.cut(),
          logSettles: () => server.settleLog(),
          logIsPruned: () => server.prune(),
          heartbeat: () => server.beat(),
          timePasses: () => vi.advanceTimersByTime(n * 200),
        };
        steps[what]?.();
        await vi.advanceTimersByTimeAsync(0);
      }

      if (tabs.length === 0) openTab();
      for (const tab of tabs) {
        tab.thaw();
        tab.lifecycle?.resume();
      }
      server.settleLog();
      // Somebody looks at each tab, and the server's heartbeat goes on and arrives.
      const beat = () => {
        server.beat();
        for (const tab of tabs) tab.source?.arriveAll();
      };
      for (let i = 0; i < 4; i++) {
        for (const tab of tabs) tab.lifecycle?.wake();
        for (const tab of [...tabs, ...tabs]) {
          beat();
          await tab.settle();
        }
        beat();
        await vi.advanceTimersByTimeAsync(4_000);
      }
      const { conversations } = server.snapshot("me");
      for (const tab of tabs) {
        expect(tab.state.conversations[id]).toEqual(conversations[0]);
        expect(tab.state.transcripts[id]?.messages).toEqual(server.messages(id, "me"));
        expect(tab.state.outbox[id] ?? []).toEqual([]);
      }
      expect(server.streams.size).toBe(1);
      for (const tab of tabs) tab.stop();
      vi.clearAllTimers();
    }),
    { numRuns: Number(process.env.MODEL_RUNS ?? 300) },
  );
}, 120_000);
