import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { loadSecrets } from "@/lib/host/secrets";
import { account, dataFolder, usedDataFolder } from "../support/data-folder";
import { createDatabase } from "../support/database";
import { freePort } from "../support/free-port";

/** One sentence for a person: no trace, no second line. */
const refusal = (sentence: RegExp) => ({ code: 1, said: expect.stringMatching(new RegExp(`^${sentence.source}\n$`)) });

test("a second start on the same data folder says so, whatever its port, and the first goes on", async () => {
  const home = usedDataFolder();
  const first = await home.start();
  const running = refusal(/Parley is already running on this data folder \(.+\)\./);
  expect(await home.startInVain()).toEqual(running);
  expect(await home.startInVain({ PORT: String(first.port) })).toEqual(running);
  expect((await (await account(first.url)).get("/api/auth_user")).username).toBe("keeper");
});

test("a port that somebody else uses", async () => {
  const other = createServer().listen(0);
  const { port } = other.address() as { port: number };
  expect(await dataFolder().startInVain({ PORT: String(port) })).toEqual(refusal(/Port \d+ is in use: .+/));
  other.close();
});

test.each(["/proc/parley", "a file in the way/data"])("a data folder that cannot be written: %s", async (path) => {
  const home = dataFolder();
  writeFileSync(join(home.path, "a file in the way"), "");
  expect(await home.startInVain({ DATA_DIR: path.startsWith("/") ? path : join(home.path, path) })).toEqual(
    refusal(/The data folder .+ cannot be written \(\w+\)\./),
  );
});

test("secrets that others can read", async () => {
  const home = dataFolder();
  loadSecrets(home.path);
  chmodSync(join(home.path, "secrets.json"), 0o644);
  expect(await home.startInVain()).toEqual(
    refusal(/.+secrets\.json is open to other users of this machine \(its mode is 644\): run chmod 600 .+secrets\.json\./),
  );
});

test("a database that cannot be reached", async () => {
  const url = `postgres://parley:secret@127.0.0.1:${await freePort()}/parley`;
  expect(await dataFolder().startInVain({ DATABASE_URL: url })).toEqual(refusal(/The database at 127\.0\.0\.1:\d+ cannot be reached: .+/));
});

test("a database newer than the code", async () => {
  const url = await createDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
                      VALUES ('x', 'x', now(), '29991231000000_from_the_future', 1)`);
  await client.end();
  expect(await dataFolder().startInVain({ DATABASE_URL: url })).toEqual(refusal(/The database is newer than this version of Parley .+/));
});

test.each([
  [{ PORT: "eighty" }, /The configuration cannot be used: PORT is a number\./],
  [{ LOG_LEVEL: "verbose" }, /The configuration cannot be used: LOG_LEVEL is fatal, error, .+/],
  [{ DATABASE_URL: "postgres://parley:pass/word@127.0.0.1:5432/parley" }, /The configuration cannot be used: DATABASE_URL .+ \/ as %2F.+/],
  [{ DATABASE_URL: "postgres://parley:12/34@127.0.0.1:5432/parley" }, /The configuration cannot be used: DATABASE_URL .+ \/ as %2F.+/],
  [{ DATABASE_URL: "postgres://parley:100%@127.0.0.1:5432/parley" }, /The configuration cannot be used: DATABASE_URL .+ % as %25.+/],
  [{ DATABASE_DIRECT_URL: "postgres://parley:a#b@127.0.0.1:5432/parley" }, /The configuration cannot be used: DATABASE_DIRECT_URL .+/],
  [{ SIGN_UP: "maybe" }, /The configuration cannot be used: SIGN_UP is open or closed\./],
  [{ GITHUB_ID: "only half of it" }, /The configuration cannot be used: GITHUB_ID .+/],
  [
    { TRUST_PROXY: "my proxy" },
    /The configuration cannot be used: TRUST_PROXY is a number of proxies, or [^.:]+: loopback, 10\.0\.0\.0\/8, 2001:db8::1\./,
  ],
  [{ HOST: "192.0.2.1" }, /This machine has no address 192\.0\.2\.1: .+/],
])("a configuration that cannot be: %o", async (env: Record<string, string>, sentence) => {
  expect(await dataFolder().startInVain(env)).toEqual(refusal(sentence));
});
