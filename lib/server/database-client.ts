// No guard against the browser here: the browser's tests prepare their database by it, in plain Node. Lint holds it.
import pg from "pg";
import { type Answer, addressesOf, DatabaseHosts } from "./database-hosts";

/** pg's connection, as far as it is used here: each message of the server is an event, in its order. */
type Connection = { emit(event: string, ...args: unknown[]): boolean; stream: { destroy(): unknown } };

const MESSAGE = "the server did not prove itself by SCRAM, which require_auth in its address asks for";

/** PostgreSQL's read_only_sql_transaction: it is a standby, or its owner has it take no writes. */
const READ_ONLY = "25006";

/** Milliseconds that one of several hosts has to answer. */
const ANSWER_MS = 2_000;

/** By address: one look finds the primary for all connections to it. */
const known = new Map<string, DatabaseHosts>();

/**
 * The client of every connection of ours. Where the address says `require_auth=scram-sha-256`, as libpq spells it, it
 * answers no other request for its password, and goes on only once the server has proved that it knows it too: whoever
 * has taken the port of a database that went away learns nothing, and is told nothing.
 *
 * Where the address names several hosts, it goes to the one that takes writes. A connection that turns out to take none is
 * given up, and so are all once another of several hosts is that one.
 */
export class DatabaseClient extends pg.Client {
  /** Whether statements keep their names, and with them their plans: see {@link isPooled}. */
  prepares = true;
  private readonly hosts: DatabaseHosts | null;

  constructor(config: pg.ClientConfig) {
    const url = config.connectionString ?? "";
    const [first] = addressesOf(url);
    super(first === url ? config : { ...config, connectionString: first });
    this.hosts = first === url ? null : knownHosts(url);
    if (url && requiresScram(first ?? url)) requireScram(this.connection as unknown as Connection);
    // One that is lost fails the statement that is under way; without a listener it would end the process.
    this.on("error", () => this.hosts?.forget());
    this.connection.on("errorMessage", ({ code }: { code?: string }) => {
      if (code === READ_ONLY) setImmediate(() => this.giveUp());
    });
  }

  override connect = ((callback?: (error: unknown, client?: pg.Client) => void) => {
    if (!this.hosts) return Reflect.apply(super.connect, this, callback ? [callback] : []);
    const connected = this.connectToPrimary(this.hosts);
    return callback ? void connected.then((client) => callback(null, client), callback) : connected;
  }) as pg.Client["connect"];

  /**
   * Whether a pooler stands between us and PostgreSQL: it tells a number of its own for the process that serves us. One in
   * transaction mode gives each transaction to another connection, which knows none of our prepared statements, or knows
   * them already, and on which nothing that we set may stay.
   */
  async isPooled(): Promise<boolean> {
    const { rows } = await this.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    return rows[0]?.pid !== (this as unknown as { processID: number }).processID;
  }

  override query = ((statement: unknown, ...rest: unknown[]) =>
    Reflect.apply(super.query, this, [this.prepares ? statement : nameless(statement), ...rest])) as pg.Client["query"];

  private async connectToPrimary(hosts: DatabaseHosts): Promise<pg.Client> {
    const address = await hosts.primary();
    const { host, port } = new pg.Client({ connectionString: address });
    // Whoever has waited too long has given it up meanwhile.
    if (this.connection.stream.destroyed) throw new Error("Connection terminated");
    Object.assign(this, { host, port });
    try {
      const client = await super.connect();
      this.once("end", hosts.hold(address, this.giveUp));
      return client;
    } catch (error) {
      hosts.forget();
      throw error;
    }
  }

  private readonly giveUp = () => void this.connection.stream.destroy();
}

function knownHosts(url: string): DatabaseHosts {
  const hosts = known.get(url) ?? new DatabaseHosts(url, ask);
  known.set(url, hosts);
  return hosts;
}

const ROLE = `SELECT current_setting('transaction_read_only') = 'off' AS writes,
                     CASE WHEN NOT pg_is_in_recovery() THEN left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline`;

/** Asks one host of several whether it takes writes. */
async function ask(address: string): Promise<Answer> {
  const client = new DatabaseClient({
    connectionString: address,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    application_name: "parley looks for the primary",
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ writes: boolean; timeline: string | null }>(ROLE);
    return rows[0] ?? { error: new Error("no answer") };
  } catch (error) {
    return { error };
  } finally {
    void client.end().catch(() => {});
  }
}

function nameless(statement: unknown): unknown {
  return statement && typeof statement === "object" && "name" in statement ? { ...statement, name: undefined } : statement;
}

function requiresScram(url: string): boolean {
  return new URL(url).searchParams.get("require_auth") === "scram-sha-256";
}

/** Stands between the connection and pg: nothing that comes after a refusal, or before the proof, reaches it. */
function requireScram(connection: Connection): void {
  const emit = connection.emit.bind(connection);
  let state: "waiting" | "proved" | "refused" = "waiting";

  function refuse(error: unknown): boolean {
    state = "refused";
    connection.stream.destroy();
    return emit("error", error);
  }

  connection.emit = (event, ...args) => {
    if (state === "proved" || event === "end" || event === "newListener") return emit(event, ...args);
    if (state === "refused") return false;
    switch (event) {
      case "authenticationCleartextPassword":
      case "authenticationMD5Password":
      case "authenticationOk":
      case "readyForQuery":
        return refuse(new Error(MESSAGE));
      // What pg finds wrong with the server's proof.
      case "error":
        return refuse(args[0]);
      case "authenticationSASLFinal": {
        const heard = emit(event, ...args);
        if (state === "waiting") state = "proved";
        return heard;
      }
      default:
        return emit(event, ...args);
    }
  };
}
