import "server-only";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { query, type Statement } from "./db";
import { HttpError } from "./http/errors";
import { log } from "./log";
import { hub } from "./realtime/hub";
import { single } from "./single";

const APPLIED: Statement = {
  name: "applied_migrations",
  text: "SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
};

/** Milliseconds that an answer of the database is believed: anybody may ask, as often as they like. */
const BELIEVED_MS = 1_000;

/** Looked up once: while this server runs, newer code may come to lie in the folder. */
const migrations = single("migrations", migrationsOfTheCode);

type Fault = "not_ready_without_database" | "not_ready_to_migrate";

const last = single("readiness", () => ({ askedAt: 0, fault: Promise.resolve<Fault | null>(null) }));

/** Throws 503 where this server should get no requests. */
export async function requireReady(): Promise<void> {
  if (!hub().accepting) throw new HttpError("not_ready_going_away");
  if (Date.now() - last.askedAt >= BELIEVED_MS) Object.assign(last, { askedAt: Date.now(), fault: findFault() });
  const fault = await last.fault;
  if (fault) throw new HttpError(fault);
}

async function findFault(): Promise<Fault | null> {
  const applied = await appliedMigrations();
  if (!applied) return "not_ready_without_database";
  return migrations.every((name) => applied.has(name)) ? null : "not_ready_to_migrate";
}

async function appliedMigrations(): Promise<Set<string> | null> {
  try {
    return new Set((await query<{ name: string }>(APPLIED, [])).map(({ name }) => name));
  } catch (error) {
    // undefined_table: reached, and never migrated.
    if ((error as { code?: string }).code === "42P01") return new Set();
    log.warn({ err: error }, "the database cannot be reached");
    return null;
  }
}

function migrationsOfTheCode(): string[] {
  return readdirSync(join(process.cwd(), "prisma/migrations"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
