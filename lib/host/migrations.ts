import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const MIGRATIONS_FOLDER = resolve("prisma/migrations");

export interface Migration {
  name: string;
  sql: string;
}

/** The migrations of this version, in the order in which they are applied. */
export function migrations(): Migration[] {
  return readdirSync(MIGRATIONS_FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, sql: readFileSync(join(MIGRATIONS_FOLDER, name, "migration.sql"), "utf8") }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Prisma's own, so that its commands agree with ours. */
export function checksum(sql: string): string {
  return createHash("sha256").update(sql).digest("hex");
}

/** Whether a migration is the one that left a checksum; git may have changed its ends of lines meanwhile, as it does for Windows. */
export function matches({ sql }: Migration, sum: string): boolean {
  const unix = sql.replaceAll("\r\n", "\n");
  return [sql, unix, unix.replaceAll("\n", "\r\n")].some((text) => checksum(text) === sum);
}
