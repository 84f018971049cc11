import "server-only";
import { config } from "../config";
import { NatsChannel } from "./nats-channel";
import { PostgresChannel } from "./postgres-channel";

/**
 * Words that a server says to the others at once. They contain no commas. Those about a topic concern only servers at which
 * somebody listens to it.
 */
export type Said = { words: readonly string[]; topic?: string };

/**
 * What carries the servers' words to one another. It loses what is said while it is not open, and may lose more: the log is
 * the truth. It comes back by itself.
 */
export interface Channel {
  readonly isOpen: boolean;
  /** Bytes that the words of one saying may have, with a comma between two. */
  readonly bytesMax: number;
  /**
   * Says all of it to all others, as one where that is cheaper. Resolves once it is worth saying more: what is due
   * meanwhile goes together. Never rejects.
   */
  say(said: readonly Said[]): Promise<void>;
  /** From now on, or no more, somebody here listens to a topic. Called once for each. */
  listen(topic: string): void;
  ignore(topic: string): void;
  stop(): Promise<void>;
}

export type ChannelListeners = {
  /** It is open, for the first time or again. `id` is what the others know this server by from now on. */
  onOpen(id: number): void;
  /** @param from the id of another server. */
  onWords(words: string[], from: number): void;
};

/** NATS where BUS_URL names one, else the database. */
export function openChannel(listeners: ChannelListeners): Channel {
  const { BUS_URL } = config();
  return BUS_URL ? new NatsChannel(BUS_URL, listeners) : new PostgresChannel(listeners);
}
