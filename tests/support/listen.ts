import { createParser, type EventSourceMessage } from "eventsource-parser";
import { host } from "./host";
import type { Person } from "./person";

/** An open stream, read as an EventSource reads it. */
export interface Listener {
  response: Response;
  /** The events so far. */
  events: EventSourceMessage[];
  /** The first event, of those that came and those to come, that is meant; rejects once the stream has ended without. */
  next(isMeant: (event: EventSourceMessage) => boolean): Promise<EventSourceMessage>;
  close(): Promise<void>;
}

/** Opens a stream; resolves with the answer's headers. */
export async function listen(
  { token }: Pick<Person, "token">,
  { path = "/api/messages", headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<Listener> {
  const connection = new AbortController();
  const response = await (await host()).fetch(path, {
    headers: { Accept: "text/event-stream", Authorization: `Bearer ${token}`, ...headers },
    signal: connection.signal,
  });
  if (response.status !== 200 || !response.body) throw new Error(`${response.status}: ${await response.text()}`);
  const events: EventSourceMessage[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const wake = () => {
    for (const look of waiting) look();
  };
  const parser = createParser({ onEvent: (event) => void events.push(event) });
  const reader = response.body.getReader();
  const text = new TextDecoder();
  const pump = async () => {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      parser.feed(text.decode(chunk.value, { stream: true }));
      wake();
    }
  };
  // A connection that is cut rejects; for those who listen it has ended all the same.
  const over = pump()
    .catch(() => {})
    .then(() => {
      ended = true;
      wake();
    });
  return {
    response,
    events,
    next: (isMeant) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = events.find(isMeant);
          if (!found && !ended) return;
          waiting.delete(look);
          if (found) resolve(found);
          else reject(new Error(`The stream ended. It had carried ${JSON.stringify(events)}`));
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      connection.abort();
      await reader.cancel().catch(() => {});
      await over;
    },
  };
}
