import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPgBouncer, NO_PGBOUNCER } from "@/scripts/pgbouncer.mjs";
import { spawnProgram } from "./server";

export interface PgBouncer {
  /** The same server, role and database as before, by way of the pooler. */
  url: string;
  stop(): Promise<void>;
}

/** Connections to PostgreSQL for each database: so few that each transaction meets those of others. */
const CONNECTIONS = 3;

/**
 * A PgBouncer in transaction mode before the server of `url`, which knows the roles of `others` too. It listens at a
 * socket in a folder of its own, so that no port is needed. PgBouncer refuses root, so as root we run it as nobody.
 */
export async function startPgBouncer(url: string, ...others: string[]): Promise<PgBouncer> {
  const program = await findPgBouncer();
  if (!program) throw new Error(NO_PGBOUNCER);
  const folder = mkdtempSync(join(tmpdir(), "parley-pgbouncer-"));
  const users = join(folder, "users");
  const settings = join(folder, "pgbouncer.ini");
  const { hostname, port } = new URL(url);
  const roles = [url, ...others].map((address) => new URL(address));
  writeFileSync(users, roles.map(({ username, password }) => `"${username}" "${decodeURIComponent(password)}"\n`).join(""));
  writeFileSync(
    settings,
    `[databases]
     * = host=${hostname} port=${port}
     [pgbouncer]
     listen_addr =
     listen_port = 6432
     unix_socket_dir = ${folder}
     auth_type = scram-sha-256
     auth_file = ${users}
     pool_mode = transaction
     default_pool_size = ${CONNECTIONS}
     max_client_conn = 1000
     log_connections = 0
     log_disconnections = 0
    `.replaceAll(/^ +/gm, ""),
  );
  const nobody = process.getuid?.() === 0 ? accountOfNobody() : null;
  if (nobody) for (const path of [folder, settings, users]) chownSync(path, nobody.uid, nobody.gid);
  const { child, ended, logs } = spawnProgram(program, [settings], {}, nobody ?? {});
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const started = new Promise<void>((up) => child.stderr?.on("data", () => logs().includes("process up") && up()));
  await Promise.race([started, ended.then(() => Promise.reject(new Error(`PgBouncer ended: ${logs()}`)))]);
  const address = new URL(url);
  address.port = "6432";
  address.searchParams.set("host", folder);
  return { url: address.href, stop };
}

function accountOfNobody(): { uid: number; gid: number } {
  const [, , uid, gid] = /^nobody:.*$/m.exec(readFileSync("/etc/passwd", "utf8"))?.[0].split(":") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
