import pg from "pg";
import { expect, inject, test } from "vitest";
import { migrate } from "@/lib/host/migrate";
import { migrations } from "@/lib/host/migrations";
import { createDatabase } from "../support/database";
import { host } from "../support/host";
import { listen } from "../support/listen";
import { person } from "../support/person";
import { run, sameDatabase } from "../support/scratch-postgres";

test("a server without a way past the pooler says so once, and leaves nothing on connections that others write by", async () => {
  const { logs } = await host({ DATABASE_DIRECT_URL: "", LOG_LEVEL: "info" });
  const ann = await person("ann");
  const stream = await listen(ann);
  await expect.poll(logs).toMatch(/DATABASE_DIRECT_URL leads past it/);
  expect(logs().match(/statements are not prepared/g)).toHaveLength(1);

  const everyConnection = await Promise.all(Array.from({ length: 3 }, () => begin(process.env.DATABASE_URL as string)));
  for (const connection of everyConnection) {
    const left = "SELECT current_setting('synchronous_commit') AS commits, ARRAY(SELECT pg_listening_channels()) AS channels";
    expect((await connection.query(left)).rows).toEqual([{ commits: "on", channels: [] }]);
    await connection.end();
  }
  await stream.close();
});

test("several starters migrate by way of the pooler, once, and leave no lock behind", async () => {
  const direct = await createDatabase();
  await run(direct, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  const url = new URL(sameDatabase(direct, inject("pooler") as string));
  Object.assign(url, { username: new URL(direct).username, password: new URL(direct).password });
  const applied = await Promise.all([migrate(url.href), migrate(url.href), migrate(url.href)]);
  expect(applied.flat().sort()).toEqual(migrations().map(({ name }) => name));
  expect(await migrate(direct)).toEqual([]);
});

/** A transaction, which holds a connection to PostgreSQL until it ends. */
async function begin(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("BEGIN");
  return client;
}
