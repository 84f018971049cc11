import type { Channel, TabMessage } from "@/lib/client/sync/tabs";

/**
 * What tabs of one browser share: BroadcastChannel (every other tab hears, later, in order, as copies) and Web
 * Locks (one holder, a queue, `steal`; W3C Web Locks API, 4.4), with tabs that can be frozen or killed.
 */
export class FakeBrowser {
  /** What tabs that are frozen will be told once they wake up: their scripts do not run before. */
  private readonly untold = new Map<object, () => void>();
  private readonly channels = new Set<FakeChannel>();
  private holder: Holder | null = null;
  private queue: Waiting[] = [];
  /** Tabs that have ended: their timers still run in a test, and get nothing. */
  private readonly dead = new WeakSet<object>();

  openChannel(name: string): FakeChannel {
    const channel = new FakeChannel(
      name,
      (message) => {
        const others = [...this.channels].filter((other) => other !== channel && other.name === name);
        for (const other of others) queueMicrotask(() => other.hear(structuredClone(message)));
      },
      () => this.channels.delete(channel),
    );
    this.channels.add(channel);
    return channel;
  }

  /** @param owner the tab; what it is told while `frozen` it hears when it is thawed. */
  locksOf(owner: { readonly frozen: boolean }): Pick<LockManager, "request"> {
    const request = (_name: string, options: LockOptions, callback: () => Promise<unknown>) =>
      new Promise((resolve, reject) => {
        if (this.dead.has(owner)) return;
        const waiting: Waiting = { owner, run: callback, resolve, reject };
        if (options.steal) {
          if (this.holder) this.rob(this.holder);
          this.holder = null;
          this.queue.unshift(waiting);
        } else {
          this.queue.push(waiting);
          options.signal?.addEventListener("abort", () => {
            if (!this.queue.includes(waiting)) return;
            this.queue = this.queue.filter((other) => other !== waiting);
            reject(new DOMException("The request was aborted.", "AbortError"));
          });
        }
        this.grant();
      });
    return { request: request as LockManager["request"] };
  }

  /** A tab that ends without a word: the browser gives its lock to the next. */
  kill(owner: object): void {
    this.dead.add(owner);
    this.queue = this.queue.filter((waiting) => waiting.owner !== owner);
    if (this.holder?.owner === owner) this.holder = null;
    this.grant();
  }

  thaw(owner: object): void {
    this.untold.get(owner)?.();
    this.untold.delete(owner);
  }

  private rob({ owner, reject }: Holder): void {
    const tell = () => reject(new DOMException("The lock was stolen.", "AbortError"));
    if (owner.frozen) this.untold.set(owner, tell);
    else tell();
  }

  private grant(): void {
    queueMicrotask(() => {
      if (this.holder) return;
      const next = this.queue.shift();
      if (!next) return;
      const held = { owner: next.owner, reject: next.reject };
      this.holder = held;
      next.run().then((value) => {
        if (this.holder !== held) return;
        this.holder = null;
        next.resolve(value);
        this.grant();
      });
    });
  }
}

type Holder = { owner: { readonly frozen: boolean }; reject: (reason: unknown) => void };
type Waiting = {
  owner: Holder["owner"];
  run: () => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
};

export class FakeChannel implements Channel {
  onmessage: Channel["onmessage"] = null;
  /** A frozen tab neither hears nor speaks. */
  frozen = false;
  private closed = false;

  constructor(
    readonly name: string,
    private readonly pass: (message: TabMessage) => void,
    private readonly leave: () => void,
  ) {}

  postMessage(message: TabMessage): void {
    if (this.closed) throw new DOMException("The channel is closed.", "InvalidStateError");
    if (!this.frozen) this.pass(structuredClone(message));
  }

  hear(message: TabMessage): void {
    if (!this.closed && !this.frozen) this.onmessage?.({ data: message } as MessageEvent<TabMessage>);
  }

  close(): void {
    this.closed = true;
    this.leave();
  }
}
