import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { authorMigration } from "./author-migration";
import { withEmbeddedDatabase } from "./embedded-database";
import { migrate } from "./migrate";

/** `npm run db:migrate -- --name add_reactions`: writes the migration that leads to prisma/schema.prisma, on a database of its own. */
const { name } = parseArgs({ options: { name: { type: "string" } } }).values;
if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error("Say what the migration does: npm run db:migrate -- --name add_reactions");
  process.exit(1);
}

const scratch = mkdtempSync(join(tmpdir(), "parley-migrate-"));
try {
  const path = await withEmbeddedDatabase(scratch, "for the length of this command", async (url) => {
    await migrate(url);
    return authorMigration(url, name);
  });
  console.log(path ? `Wrote ${path}. Read it, add what Prisma cannot say, and commit it.` : "The migrations lead to the schema already.");
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
