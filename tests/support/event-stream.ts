import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { createParser } from "eventsource-parser";

/** An event as it came over the wire; `name` is "message" for an unnamed one, `id` is empty where none was sent. */
export interface Received {
  id: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what arrived, and fail where it is not there.
  data: any;
}

export interface StreamOptions {
  token?: string;
  /** Sent as the header `Last-Event-ID`. */
  from?: string;
  headers?: Record<string, string>;
  /** With its question mark. */
  query?: string;
  onEvent?: (event: Received) => void;
}

/** One connection to the event stream, on a socket of its own. */
export interface EventStream {
  status: number;
  headers: IncomingHttpHeaders;
  /** All that has arrived, in order. */
  events: Received[];
  /** The last `retry:`, in milliseconds. */
  retry(): number | undefined;
  comments(): number;
  bytes(): number;
  /** The first event, past or to come, that satisfies; rejects where the stream ends without one. */
  first(wanted: (event: Received) => boolean): Promise<Received>;
  /** Stops reading, as a suspended laptop does. */
  pause(): void;
  resume(): void;
  cut(): void;
  /** Settles when the connection is gone, whoever ended it. */
  ended: Promise<void>;
}

/** Resolves with the headers, whatever the status. */
export function openStream(url: string, { token, from, headers, query = "", onEvent }: StreamOptions = {}): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/api/messages${query}`, {
      agent: false,
      headers: {
        Accept: "text/event-stream",
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(from && { "Last-Event-ID": from }),
        ...headers,
      },
    });
    asked.on("error", reject);
    asked.on("response", (response) => {
      asked.off("error", reject).on("error", () => {});
      resolve(read(response, onEvent));
    });
    asked.end();
  });
}

function read(response: IncomingMessage, onEvent?: (event: Received) => void): EventStream {
  const events: Received[] = [];
  const waiting = new Set<(event: Received | null) => void>();
  let retry: number | undefined;
  let comments = 0;
  let bytes = 0;
  let over = false;
  const parser = createParser({
    onEvent({ id = "", event: name = "message", data }) {
      const event = { id, name, data: JSON.parse(data) };
      events.push(event);
      onEvent?.(event);
      for (const offer of [...waiting]) offer(event);
    },
    onRetry: (ms) => (retry = ms),
    onComment: () => comments++,
  });
  response.setEncoding("utf8").on("data", (text: string) => {
    bytes += Buffer.byteLength(text);
    if (response.statusCode === 200) parser.feed(text);
  });
  response.on("error", () => {});
  const ended = new Promise<void>((resolve) => {
    response.once("close", () => {
      over = true;
      for (const offer of [...waiting]) offer(null);
      resolve();
    });
  });
  return {
    status: response.statusCode as number,
    headers: response.headers,
    events,
    retry: () => retry,
    comments: () => comments,
    bytes: () => bytes,
    ended,
    pause: () => response.pause(),
    resume: () => response.resume(),
    cut: () => response.destroy(),
    first(wanted) {
      const past = events.find(wanted);
      if (past) return Promise.resolve(past);
      return new Promise((resolve, reject) => {
        const offer = (event: Received | null) => {
          if (event !== null && !wanted(event)) return;
          waiting.delete(offer);
          if (event) resolve(event);
          else reject(new Error(`The stream ended after ${events.length} events, without the one that was waited for.`));
        };
        waiting.add(offer);
        if (over) offer(null);
      });
    },
  };
}

/** What has come to be: replayed and live from here. */
export const ready = ({ name }: Received) => name === "ready";
export const reset = ({ name }: Received) => name === "reset";
/** A message with this content, sent by whomever. */
export const saying = (content: string) => (event: Received) => isMessage(event) && event.data.content === content;
export const isMessage = ({ name }: Received) => name === "message" || name === "sent";
