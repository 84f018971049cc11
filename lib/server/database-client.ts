// No guard against the browser here: the browser's tests prepare their database by it, in plain Node. Lint holds it.
import pg from "pg";

/** pg's connection, as far as it is used here: each message of the server is an event, in its order. */
type Connection = { emit(event: string, ...args: unknown[]): boolean; stream: { destroy(): unknown } };

const MESSAGE = "the server did not prove itself by SCRAM, which require_auth in its address asks for";

/**
 * The client of every connection of ours. Where the address says `require_auth=scram-sha-256`, as libpq spells it, it
 * answers no other request for its password, and goes on only once the server has proved that it knows it too: whoever
 * has taken the port of a database that went away learns nothing, and is told nothing.
 */
export class DatabaseClient extends pg.Client {
  /** Whether statements keep their names, and with them their plans: see {@link isPooled}. */
  prepares = true;

  constructor(config: pg.ClientConfig) {
    super(config);
    if (requiresScram(config.connectionString)) requireScram(this.connection as unknown as Connection);
  }

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
}

function nameless(statement: unknown): unknown {
  return statement && typeof statement === "object" && "name" in statement ? { ...statement, name: undefined } : statement;
}

function requiresScram(url: string | undefined): boolean {
  return url !== undefined && new URL(url).searchParams.get("require_auth") === "scram-sha-256";
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
