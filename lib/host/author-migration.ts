import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MIGRATIONS_FOLDER } from "./migrations";
import { NO_FILTERS, SCHEMA_FILE, schema, withSchemaEngine } from "./schema-engine";

/** The SQL that leads from the migrations, all of which the database at `url` has had, to the schema; empty where they agree. */
export async function pendingChanges(url: string): Promise<string> {
  const { stdout } = await withSchemaEngine(url, (engine) =>
    engine.diff({
      // Means the database that the engine is on.
      from: { tag: "schemaDatasource", files: [schema()], configDir: dirname(SCHEMA_FILE) },
      to: { tag: "schemaDatamodel", files: [schema()] },
      script: true,
      exitCode: null,
      filters: NO_FILTERS,
    }),
  );
  const script = stdout?.trim() ?? "";
  return script.startsWith("-- This is an empty migration") ? "" : script;
}

/** Writes the next migration and returns its path, or null where there is nothing to change. */
export async function authorMigration(url: string, name: string): Promise<string | null> {
  const script = await pendingChanges(url);
  if (!script) return null;
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const folder = join(MIGRATIONS_FOLDER, `${stamp}_${name}`);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "migration.sql");
  writeFileSync(path, `${script}\n`);
  return path;
}
