import { vi } from "vitest";
import type { Snapshot } from "@/lib/client/messenger";
import { createMessenger, type Messenger } from "@/lib/client/messenger";
import type { Lifecycle, Platform } from "@/lib/client/platform";
import type { FakeBrowser, FakeChannel } from "./fake-browser";
import type { ModelServer } from "./model-server";
import { ModelSource } from "./model-source";
import { type Shown, shown } from "./shown";

/** Timers are a test's own; what IndexedDB runs on stays real. */
export const FAKE_TIMERS = { toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] } as Parameters<
  typeof vi.useFakeTimers
>[0];

/** A page that somebody looks at loads afresh within this many milliseconds of being told to. */
export const RELOADS_WITHIN_MS = 1_000;

/** Far more than any test needs: a page that goes round in circles fails its test instead of holding it up. */
const TURNS_MAX = 2_000;

/** Time for IndexedDB, which runs on the event loop itself. */
export async function ticks(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise(setImmediate);
}

/** A request between the page and the server: first it is answered, then the answer arrives. */
type Exchange = { answer: () => void; arrive: () => void; fail: () => void; answered: boolean; path: string };

/** One tab of a browser, on the model server, whose network and whose life are in the hands of the test. */
export class Page {
  readonly messenger: Messenger;
  readonly exchanges: Exchange[] = [];
  readonly sources: ModelSource[] = [];
  lifecycle: Lifecycle | null = null;
  channel: FakeChannel | null = null;
  visible = true;
  offline = false;
  private crashed = false;
  private readonly browser: FakeBrowser | undefined;
  /** What the server answers instead, while it is set. */
  refusal: { status: number; body: unknown; headers?: Record<string, string> } | null = null;
  stop: () => void = () => {};
  constructor(
    readonly server: ModelServer,
    readonly userId: string,
    options: { snapshot?: Snapshot; openId?: string; browser?: FakeBrowser; platform?: Partial<Platform> } = {},
  ) {
    const { browser } = options;
    this.browser = browser;
    this.messenger = createMessenger(options.snapshot ?? server.snapshot(userId, options.openId), {
      fetch: (input, init) => this.fetch(String(input), init),
      connect: (url) => this.connect(url),
      openChannel: browser && ((name) => (this.channel = browser.openChannel(name))),
      locks: browser?.locksOf(this),
      localStorage: undefined,
      sessionStorage: undefined,
      watch: (lifecycle) => {
        this.lifecycle = lifecycle;
        return () => {};
      },
      isVisible: () => this.visible,
      ...options.platform,
    });
  }

  start(): this {
    this.stop = this.messenger.start();
    return this;
  }

  get state(): Shown {
    return shown(this.messenger.getState());
  }

  /** Its scripts do not run any more, or for the time being: it neither hears nor speaks. */
  freeze(): void {
    this.visible = false;
    if (this.channel) this.channel.frozen = true;
  }

  thaw(): void {
    this.visible = true;
    if (this.channel) this.channel.frozen = false;
    this.browser?.thaw(this);
  }

  get frozen(): boolean {
    return this.channel?.frozen ?? false;
  }

  /** The tab ends without a word: its connection closes, and its lock falls to the next. */
  crash(browser: FakeBrowser): void {
    this.crashed = true;
    this.freeze();
    this.source?.close();
    browser.kill(this);
  }

  /** The stream that is open now. */
  get source(): ModelSource | undefined {
    return this.sources.findLast((source) => source.readyState !== 2);
  }

  /** Everything on its way arrives, and what that sets off, until nothing happens for two seconds. */
  async settle(): Promise<void> {
    let turns = 0;
    for (let quiet = 0; quiet < 5; ) {
      if (turns++ === TURNS_MAX) throw new Error("The page does not come to rest.");
      const moved = this.exchanges.length > 0 || this.sources.some((source) => source.arrive());
      while (this.exchanges[0]) {
        this.exchanges[0].answer();
        this.exchanges[0].arrive();
      }
      if (globalThis.indexedDB) await ticks();
      await vi.advanceTimersByTimeAsync(moved ? 0 : 400);
      quiet = moved ? 0 : quiet + 1;
    }
  }

  /** What the page has asked for arrives, and what it asks for next, while no time passes and the stream brings nothing. */
  async load(): Promise<void> {
    for (let turns = 0; this.exchanges[0]; turns++) {
      if (turns === TURNS_MAX) throw new Error("The page does not stop asking.");
      this.exchanges[0].answer();
      this.exchanges[0].arrive();
      await vi.advanceTimersByTimeAsync(0);
    }
  }

  /** Asks for more and lets it come, again and again, until that is enough. */
  async until(enough: () => boolean, ask: () => unknown): Promise<void> {
    for (let turns = 0; !enough(); turns++) {
      if (turns === TURNS_MAX) throw new Error("The page does not get there.");
      ask();
      await this.settle();
    }
  }

  private connect(url: string): ModelSource {
    if (this.crashed) return new ModelSource(this.userId);
    const source = this.server.open(this.userId, url);
    if (this.offline) queueMicrotask(() => source.cut());
    this.sources.push(source);
    return source;
  }

  private fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return new Promise((resolve, reject) => {
      let response: Response | null = null;
      const leave = () => this.exchanges.splice(this.exchanges.indexOf(exchange), 1);
      const exchange: Exchange = {
        path,
        answered: false,
        answer: () => {
          if (exchange.answered) return;
          exchange.answered = true;
          const { status, body, headers } = {
            headers: {},
            ...(this.refusal ??
              this.server.handle(this.userId, init.method ?? "GET", path, init.body ? JSON.parse(String(init.body)) : undefined)),
          };
          response = new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
        },
        arrive: () => {
          leave();
          if (response) resolve(response);
        },
        fail: () => {
          leave();
          reject(new TypeError("fetch failed"));
        },
      };
      this.exchanges.push(exchange);
      if (this.offline) queueMicrotask(exchange.fail);
    });
  }
}
