import { createHmac } from "node:crypto";
import { DatabaseClient } from "@/lib/server/database-client";
import { MIGRATIONS_TABLE } from "./migrate";
import { SUPERUSER } from "./postgres";
import { type Address, LOOPBACK } from "./postmaster";

/** Who a database of our own knows: the server, whoever changes tables, and whoever makes these two. */
export const APP = "parley_app";
export const OWNER = "parley_owner";
type Role = typeof APP | typeof OWNER | typeof SUPERUSER;

export const DATABASE = "parley";

/** Two starts on a new folder make the roles one after the other. */
const LOCK = 0x7061_726f;

/**
 * How a role reaches a database of our own. Only the superuser's password is kept: those of the others follow from it, so
 * that every start on a folder knows the same.
 */
export function databaseUrl({ host, port }: Address, password: string, role: Role, database = DATABASE): string {
  const ours = role === SUPERUSER ? password : createHmac("sha256", password).update(role).digest("base64url");
  const query = new URLSearchParams({ require_auth: "scram-sha-256" });
  if (host !== LOOPBACK) query.set("host", host);
  return `postgresql://${role}:${encodeURIComponent(ours)}@${LOOPBACK}:${port}/${database}?${query}`;
}

/**
 * Makes the database and its roles, or brings what an earlier version has left to what they are now: everything in one
 * transaction that can be repeated, so that one that was cut off is made up for by the next.
 */
export async function prepareDatabase(address: Address, password: string, database = DATABASE): Promise<void> {
  const url = (name: string) => databaseUrl(address, password, SUPERUSER, name);
  const passwordOf = (role: Role) => new URL(databaseUrl(address, password, role)).password;
  await makeDatabase(url("postgres"), database);
  await run(
    url(database),
    `BEGIN;
     -- A statement that fails is written to PostgreSQL's log, passwords and all.
     SET LOCAL log_min_error_statement = panic;
     SELECT pg_advisory_xact_lock(${LOCK});

     DO $$ BEGIN
       IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${OWNER}') THEN CREATE ROLE ${OWNER}; END IF;
       IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${APP}') THEN CREATE ROLE ${APP}; END IF;
     END $$;
     ALTER ROLE ${OWNER} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '${passwordOf(OWNER)}';
     ALTER ROLE ${APP} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '${passwordOf(APP)}';

     ALTER DATABASE ${database} OWNER TO ${OWNER};
     REVOKE ALL ON DATABASE ${database}, postgres, template1 FROM PUBLIC;
     GRANT CONNECT ON DATABASE ${database} TO ${APP};

     ${MIGRATIONS_TABLE};
     -- REASSIGN OWNED refuses what belongs to the role that made the cluster.
     DO $$ DECLARE object text; BEGIN
       FOR object IN
         SELECT format('TABLE %s', oid::regclass) FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND relowner <> '${OWNER}'::regrole
         UNION ALL
         SELECT format('TYPE %s', oid::regtype) FROM pg_type
         WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd') AND typowner <> '${OWNER}'::regrole
       LOOP
         EXECUTE format('ALTER %s OWNER TO ${OWNER}', object);
       END LOOP;
     END $$;

     GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${APP};
     GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${APP};
     REVOKE INSERT, UPDATE, DELETE ON _prisma_migrations FROM ${APP};
     -- Not of a schema: whoever restores a dump makes that anew.
     ALTER DEFAULT PRIVILEGES FOR ROLE ${OWNER} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${APP};
     ALTER DEFAULT PRIVILEGES FOR ROLE ${OWNER} GRANT USAGE ON SEQUENCES TO ${APP};

     -- What lib/server/realtime/epoch.ts asks, to tell a database from its copy.
     GRANT EXECUTE ON FUNCTION pg_control_system(), pg_stat_file(text) TO ${APP};
     COMMIT`,
  );
}

async function makeDatabase(url: string, database: string): Promise<void> {
  try {
    await run(url, `CREATE DATABASE ${database}`);
  } catch (error) {
    // It is there, or another start on the same folder was quicker.
    if (!["42P04", "23505"].includes((error as { code?: string }).code ?? "")) throw error;
  }
}

async function run(url: string, text: string): Promise<void> {
  const client = new DatabaseClient({ connectionString: url, application_name: "parley roles" });
  await client.connect();
  await client.query(text).finally(() => client.end());
}
