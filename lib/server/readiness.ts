import "server-only";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { query, type Statement } from "./db";
import { HttpError } from "./http/errors";
import { log } from "./log";
import { hub } from "./realtime/hub";

const APPLIED: Statement = {
  name: "applied_migrations",
  text: "SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
};

/** Throws 503 with one sentence where this server should get no requests. */
export async function requireReady(): Promise<void> {
  if (!hub().accepting) throw new HttpError(503, "The server is going away.");
  const applied = await appliedMigrations();
  if (!applied) throw new HttpError(503, "The database cannot be reached.");
  if (migrationsOfTheCode().some((name) => !applied.has(name))) throw new HttpError(503, "The database has yet to be migrated.");
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
