import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { migrate } from "@/lib/host/migrate";
import { ensureRunning, prepareCluster, SUPERUSER, stopCluster } from "@/lib/host/postgres";
import { ANY_PORT } from "@/lib/host/postgres-address";
import { findPostmaster } from "@/lib/host/postmaster";
import { APP, databaseUrl, OWNER } from "@/lib/host/roles";
import { loadSecrets } from "@/lib/host/secrets";
import { account, type DataFolder, dataFolder, usedDataFolder } from "../support/data-folder";
import { run } from "../support/scratch-postgres";

type Role = Parameters<typeof databaseUrl>[2];

/** How a role reaches the database that runs on a folder. */
function urlOf({ path }: DataFolder, role: Role): string {
  const postmaster = findPostmaster(join(path, "postgres"));
  if (!postmaster) throw new Error("No database runs here.");
  return databaseUrl(postmaster.address, loadSecrets(path).postgresPassword, role);
}

async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return (await client.query<Row>(text).finally(() => client.end())).rows;
}

const OWNERS = "SELECT DISTINCT tableowner AS role FROM pg_tables WHERE schemaname = 'public'";

test("a server's role reads and writes rows, and nothing else: no file, no program, no table, no role", async () => {
  const home = usedDataFolder();
  const server = await home.start();
  await account(server.url);
  const app = urlOf(home, APP);
  for (const [statement, refusal] of [
    ["SELECT pg_read_file('/etc/shadow')", /permission denied/],
    ["COPY (SELECT 1) TO PROGRAM 'id'", /permission denied/],
    ["CREATE TEMP TABLE t (line text)", /permission denied/],
    ["COPY users (username) FROM PROGRAM 'id'", /permission denied/],
    ["COPY users TO '/tmp/users'", /permission denied/],
    ["CREATE ROLE another SUPERUSER", /permission denied/],
    ["ALTER ROLE CURRENT_USER SUPERUSER", /permission denied/],
    [`SET ROLE ${OWNER}`, /permission denied/],
    ["CREATE TABLE another ()", /permission denied/],
    ["DROP TABLE users", /must be owner/],
    ["ALTER TABLE users DISABLE TRIGGER ALL", /must be owner/],
    ["TRUNCATE users CASCADE", /permission denied/],
    ["CREATE EXTENSION pg_trgm", /permission denied/],
    ["DELETE FROM _prisma_migrations", /permission denied/],
    ["DROP DATABASE parley", /must be owner/],
    ["ALTER SYSTEM SET fsync = off", /permission denied/],
  ] as const) {
    await expect(ask(app, statement), statement).rejects.toThrow(refusal);
  }
  expect(await ask(app, "UPDATE users SET name = 'may' RETURNING name")).toEqual([{ name: "may" }]);
});

test("a server goes by that role through a socket that only its owner reaches, to tables that are another's", async () => {
  const home = usedDataFolder();
  const server = await home.start();
  await account(server.url);
  expect(statSync(join(home.path, "socket")).mode & 0o777).toBe(0o700);
  const superuser = urlOf(home, SUPERUSER);
  expect(await ask(superuser, "SELECT current_setting('listen_addresses') AS on")).toEqual([{ on: "" }]);
  const connected = "SELECT DISTINCT usename AS role FROM pg_stat_activity WHERE application_name LIKE 'parley%'";
  expect(await ask(superuser, connected)).toEqual([{ role: APP }]);
  expect(await ask(superuser, OWNERS)).toEqual([{ role: OWNER }]);
  const mighty = "SELECT rolname AS role FROM pg_roles WHERE rolsuper OR rolcreaterole OR rolcreatedb";
  expect(await ask(superuser, mighty)).toEqual([{ role: SUPERUSER }]);
});

test.each([
  ["too deep for a socket: then it listens on a port", "d".repeat(100), "127.0.0.1"],
  ["with a name that needs quoting", `a "quoted", 100% plain + spaced name`, ""],
])("a data folder %s", async (_, name, on) => {
  const home = dataFolder(name);
  const server = await home.start();
  expect((await (await account(server.url)).get("/api/auth_user")).username).toBe("keeper");
  expect(await ask(urlOf(home, APP), "SELECT current_setting('listen_addresses') AS on")).toEqual([{ on }]);
});

/** A folder as Parley 0.1.0 left it, with its database running: one role for everything, a superuser, on a port. */
async function folderOfTheFirstVersion() {
  const home = dataFolder();
  const { postgresPassword: password } = loadSecrets(home.path);
  const cluster = await prepareCluster(home.path, password);
  const { address } = await ensureRunning(cluster, ANY_PORT);
  await run(databaseUrl(address, password, SUPERUSER, "postgres"), "CREATE DATABASE parley");
  const url = databaseUrl(address, password, SUPERUSER);
  await migrate(url);
  const server = await home.start({ DATABASE_URL: url, AUTH_SECRET: loadSecrets(home.path).authSecret });
  const { id: userId } = await (await account(server.url)).get("/api/auth_user");
  await server.kill("SIGKILL");
  const kept = async () => ({
    epoch: await ask(urlOf(home, SUPERUSER), "SELECT epoch FROM epochs"),
    secrets: readFileSync(join(home.path, "secrets.json"), "utf8"),
  });
  return { home, cluster, url, userId, before: await kept(), kept };
}

async function expectCarriedOver({ home, userId, before, kept }: Awaited<ReturnType<typeof folderOfTheFirstVersion>>) {
  const server = await home.start();
  expect((await (await account(server.url)).get("/api/auth_user")).id).toBe(userId);
  expect(await kept()).toEqual(before);
  expect(await ask(urlOf(home, APP), OWNERS)).toEqual([{ role: OWNER }]);
  await expect(ask(urlOf(home, APP), "DROP TABLE users")).rejects.toThrow(/must be owner/);
  await server.stop();
}

test("a data folder of the first version is carried over by the next start", async () => {
  const folder = await folderOfTheFirstVersion();
  await stopCluster(folder.cluster, 5_000);
  await expectCarriedOver(folder);
  await expectCarriedOver(folder);
});

test("so is one whose database still runs", async () => {
  await expectCarriedOver(await folderOfTheFirstVersion());
});

test("a start that is killed while it carries a folder over leaves it to the next one", async () => {
  const folder = await folderOfTheFirstVersion();
  const holding = new pg.Client({ connectionString: folder.url });
  holding.on("error", () => {});
  await holding.connect();
  await holding.query("BEGIN; LOCK TABLE messages");
  const { child, ended } = folder.home.begin();
  const waiting = "SELECT FROM pg_stat_activity WHERE application_name = 'parley roles' AND wait_event_type = 'Lock'";
  await expect.poll(() => ask(folder.url, waiting), { timeout: 20_000 }).toHaveLength(1);
  child.kill("SIGKILL");
  await ended;
  await folder.home.killDatabase();
  await expectCarriedOver(folder);
});
