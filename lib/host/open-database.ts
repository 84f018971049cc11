import { ConfigError, parseConfig, parseDatabaseUrl } from "@/lib/server/config";
import { addressesOf, hostsOf } from "@/lib/server/database-hosts";
import { log } from "@/lib/server/log";
import { openEmbeddedDatabase, withEmbeddedDatabase } from "./embedded-database";
import { loadSecrets } from "./secrets";
import type { Settings } from "./settings";
import { StartError } from "./start-error";

export interface OpenDatabase {
  /** Of the role that owns its tables. The server itself finds its own in the environment, which may be a lesser one. */
  ownerUrl: string;
  /** Where the data lies, in words for its owner. */
  place: string;
  /** Ends the database if it is ours, within about two seconds. */
  stop(): Promise<void>;
}

/**
 * Completes the environment with what was not configured (the secret, the database) before lib/server reads it.
 * DATABASE_URL decides whose database it is; nothing above knows.
 */
export async function openDatabase({ DATA_DIR }: Settings): Promise<OpenDatabase> {
  const external = process.env.DATABASE_URL;
  // ||= evaluates its right side only where there is no secret: an external database then needs no data folder.
  process.env.AUTH_SECRET ||= loadSecrets(DATA_DIR).authSecret;
  validly(() => parseConfig({ ...process.env, DATABASE_URL: external || "postgres://of.our.own" }));
  if (external) return { ownerUrl: external, place: placeOf(external), stop: async () => {} };
  const { postgresPassword } = loadSecrets(DATA_DIR);
  const { url, ownerUrl, stop } = await openEmbeddedDatabase(DATA_DIR, postgresPassword, (event, error) => log.warn({ err: error }, event));
  process.env.DATABASE_URL = url;
  return { ownerUrl, place: DATA_DIR, stop };
}

/** The same database for a command that works beside the server, or without one, and as the role that owns its tables. */
export async function withDatabase<T>({ DATA_DIR }: Settings, work: (url: string) => Promise<T>): Promise<T> {
  // A command keeps what it does not need for longer in temporary tables, which a pooler would lose.
  const external = process.env.DATABASE_DIRECT_URL || process.env.DATABASE_URL;
  if (external) return work(validDatabaseUrl(external));
  return withEmbeddedDatabase(DATA_DIR, loadSecrets(DATA_DIR).postgresPassword, work);
}

function placeOf(url: string): string {
  const { pathname } = new URL(addressesOf(url)[0] ?? url);
  return `the database${pathname.slice(1) && ` ${pathname.slice(1)}`} at ${hostsOf(url)}`;
}

export const validDatabaseUrl = (url: string): string => validly(() => parseDatabaseUrl(url));

/** Before anything slow: what cannot be used is said in a sentence. */
function validly<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) throw new StartError(error.message);
    throw error;
  }
}
