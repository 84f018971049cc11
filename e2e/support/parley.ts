import { randomBytes } from "node:crypto";
import { SignJWT } from "jose";
import pg from "pg";
import { run, sameDatabase, TEMPLATE, withDatabase } from "@/tests/support/scratch-postgres";
import { type RunningServer, startServer } from "@/tests/support/server";

const SECRET = "a secret of the browser tests, at least 32 characters";

/** A built server with a database of its own, for one worker. */
export interface Parley {
  url: string;
  port: number;
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  /** What a session cookie holds: see lib/server/auth/tokens.ts. */
  signToken(userId: string, sessionId: string): Promise<string>;
  /** As the power cord does. */
  crash(): Promise<void>;
  /** On the same port as before. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startParley(): Promise<Parley> {
  const postgres = process.env.PARLEY_E2E_POSTGRES as string;
  const name = `e2e_${randomBytes(8).toString("hex")}`;
  await run(postgres, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const databaseUrl = withDatabase(postgres, name);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  const env = {
    DATABASE_URL: sameDatabase(databaseUrl, process.env.PARLEY_E2E_APP as string),
    AUTH_SECRET: SECRET,
    RATE_LIMIT: "off",
    LOG_LEVEL: "warn",
  };
  let server: RunningServer = await startServer({ env });
  const { url, port } = server;

  return {
    url,
    port,
    async sql<Row extends object>(text: string, values: unknown[] = []) {
      return (await pool.query<Row>(text, values)).rows;
    },
    signToken: (userId, sessionId) =>
      new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime("14d")
        .sign(Buffer.from(SECRET)),
    async crash() {
      await server.kill("SIGKILL");
    },
    async restart() {
      server = await startServer({ env, port });
    },
    async stop() {
      await server.stop();
      await pool.end();
      await run(postgres, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
