import type { EventSourceLike } from "@/lib/client/sync/stream";
import { EVENT_NAMES, eventData, type StreamEvent } from "@/lib/protocol/events";

/** The page's end of a stream: what the server wrote waits in it until the test lets it arrive. */
export class ModelSource implements EventSourceLike {
  readyState = 0;
  onopen: EventSource["onopen"] = null;
  onerror: EventSource["onerror"] = null;
  onmessage: EventSource["onmessage"] = null;
  private readonly listeners = new Map<string, (event: MessageEvent) => void>();
  private readonly waiting: (() => void)[] = [];

  constructor(
    readonly userId: string,
    private readonly onClose: () => void = () => {},
  ) {}

  addEventListener(name: string, listener: unknown): void {
    this.listeners.set(name, listener as (event: MessageEvent) => void);
  }

  close(): void {
    this.readyState = 2;
    this.waiting.length = 0;
    this.onClose();
  }

  opens(): void {
    this.waiting.push(() => {
      this.readyState = 1;
      this.onopen?.call(this as never, {} as Event);
    });
  }

  send(event: StreamEvent, id: string): void {
    this.push(EVENT_NAMES[event.type], id, eventData(event));
  }

  push(name: string | null, id: string, data: unknown): void {
    const message = { data: JSON.stringify(data), lastEventId: id } as MessageEvent;
    this.waiting.push(() => (name === null ? this.onmessage?.call(this as never, message) : this.listeners.get(name)?.(message)));
  }

  /** Lets the next thing that the server wrote arrive. False: nothing was on its way. */
  arrive(): boolean {
    const next = this.waiting.shift();
    next?.();
    return next !== undefined;
  }

  arriveAll(): void {
    while (this.arrive());
  }

  /** The connection is lost, with all that was on its way. */
  cut(readyState = 0): void {
    this.readyState = readyState;
    this.waiting.length = 0;
    this.onClose();
    this.onerror?.call(this as never, {} as Event);
  }
}
