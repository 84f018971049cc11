import type { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import type { SchemaContainer, SchemaEngine } from "@prisma/schema-engine-wasm";
import pg, { type PoolConfig } from "pg";
import { DatabaseClient } from "@/lib/server/database-client";

export const SCHEMA_FILE = resolve("prisma/schema.prisma");
export const NO_FILTERS = { externalTables: [], externalEnums: [] };

/**
 * Works with Prisma's own migration engine, as WebAssembly, on the database at `url`: for writing migrations, and for the
 * test that they lead to the schema. The `prisma` command would download a native one instead, which a closed network
 * does not let it.
 */
export async function withSchemaEngine<T>(url: string, work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const { SchemaEngine } = await loadEngine();
  const Client = CatalogClient as unknown as PoolConfig["Client"];
  const adapter = new EngineAdapter({ connectionString: url, max: 2, Client });
  const datamodel: [string, string] = [SCHEMA_FILE, schema().content];
  const engine = await SchemaEngine.new({ datamodels: [datamodel] }, () => {}, bindMigrationAwareSqlAdapterFactory(adapter));
  try {
    return await work(engine);
  } finally {
    engine.free();
    await adapter.close();
  }
}

type Adapter = Awaited<ReturnType<PrismaPg["connect"]>>;

/** Prisma's adapter with a repair that the engine needs, below. */
class EngineAdapter extends PrismaPg {
  private readonly connected: Adapter[] = [];

  override async connect() {
    const adapter = repaired(await super.connect());
    this.connected.push(adapter);
    return adapter;
  }

  /** The engine lets go of its connections without closing them. */
  async close() {
    await Promise.all(this.connected.map((adapter) => adapter.underlyingDriver().end()));
  }
}

function repaired(adapter: Adapter): Adapter {
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    const columnTypes = result.columnTypes.map((type) => (type === ColumnTypeEnum.Uuid ? ColumnTypeEnum.Character : type));
    return { ...result, columnTypes };
  };
  return adapter;
}

/**
 * The catalogues, which the engine reads, have columns of type "char", and the adapter refuses that type. They pass
 * it as UUIDs, of which no catalogue has any, and become characters on its other side.
 */
class CatalogClient extends DatabaseClient {
  constructor(config: pg.ClientConfig) {
    super(config);
    const { connection } = this as unknown as { connection: EventEmitter };
    connection.prependListener("rowDescription", ({ fields }: { fields: { dataTypeID: number }[] }) => {
      for (const field of fields) if (field.dataTypeID === pg.types.builtins.CHAR) field.dataTypeID = pg.types.builtins.UUID;
    });
  }
}

let engine: Promise<typeof import("@prisma/schema-engine-wasm")> | undefined;

/** The package expects a bundler to resolve its .wasm; by path any host can. */
function loadEngine(): Promise<typeof import("@prisma/schema-engine-wasm")> {
  engine ??= (async () => {
    const glue = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
    const bindings = await import("@prisma/schema-engine-wasm/schema_engine_bg");
    const bytes = readFileSync(join(dirname(glue), "schema_engine_bg.wasm"));
    const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": { ...bindings, ...unheldTimers(bindings) } });
    bindings.__wbg_set_wasm(instance.exports);
    (instance.exports.__wbindgen_start as () => void)();
    return bindings;
  })();
  return engine;
}

/** The engine gives its lock ten seconds and forgets the timer, which must not keep a finished process alive. */
function unheldTimers(bindings: object): object {
  const names = Object.keys(bindings).filter((name) => name.startsWith("__wbg_setTimeout_"));
  return Object.fromEntries(names.map((name) => [name, (run: () => void, ms: number) => setTimeout(run, ms >>> 0).unref()]));
}

export function schema(): SchemaContainer {
  return { path: SCHEMA_FILE, content: readFileSync(SCHEMA_FILE, "utf8") };
}
