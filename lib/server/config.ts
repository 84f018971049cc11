import "server-only";
import { z } from "zod";
import { GROUP_MAX, STREAM_BUFFER_MAX } from "@/lib/protocol/limits";
import { addressesOf } from "./database-hosts";
import { LOG_LEVELS } from "./log";
import { single } from "./single";
import { parseTrust, type Trust } from "./trusted-proxies";

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** "90s", "15m", "12h" or "7d", in seconds. */
const duration = z
  .string()
  .regex(/^\d+[smhd]$/, "is a number with a unit: 90s, 15m, 12h or 7d")
  .transform((text) => Number(text.slice(0, -1)) * UNITS[text.slice(-1) as keyof typeof UNITS]);

const flag = z.enum(["0", "1"], "is 0 or 1").transform((v) => v === "1");
const trust = z
  .string()
  .refine(parseTrust, "is a number of proxies, or addresses and networks of proxies: loopback, 10.0.0.0/8, 2001:db8::1")
  .transform((text) => parseTrust(text) as Trust);
const url = z.url({ protocol: /^https?$/, error: "is an address that begins with http:// or https://" });

/**
 * The address of a PostgreSQL, or of several that hold copies of one database. What cannot stand for itself in a name or
 * password is easily written as it is, which cuts the address short somewhere else: then there is no host, no number for a
 * port, or an `@` that is left over.
 */
const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, "is an address that begins with postgres://")
  .refine((text) => addressesOf(text).every(isDatabaseUrl), {
    error: "is no address that can be read: in its name and password, write / as %2F, @ as %40, : as %3A, # as %23, ? as %3F and % as %25",
    abort: true,
  })
  .refine(
    (text) => addressesOf(text).length === 1 || addressesOf(text).every(namesHost),
    "names several hosts, each with its port behind it: postgres://user:password@one:5432,two:5433/database",
  );

function isDatabaseUrl(text: string): boolean {
  try {
    const { username, password, pathname } = new URL(text);
    return !pathname.includes("@") && [username, password, pathname].every((part) => decodeURIComponent(part) !== null);
  } catch {
    return false;
  }
}

/** Not in its query, which would name it for all of them. */
function namesHost(address: string): boolean {
  const { hostname, searchParams } = new URL(address);
  return hostname !== "" && !searchParams.has("host") && !searchParams.has("port");
}

/** The address of a NATS server. */
const busUrl = z.url({ protocol: /^(nats|tls)$/, error: "is the address of a NATS server, which begins with nats:// or tls://" });

const Environment = z
  .object({
    DATABASE_URL: databaseUrl,
    DATABASE_DIRECT_URL: databaseUrl.optional(),
    BUS_URL: busUrl.optional(),
    DATABASE_POOL: z.coerce.number("is a number").int().min(2, "is at least 2").max(500, "is at most 500").default(10),
    AUTH_SECRET: z.string().min(32, "has at least 32 characters"),
    PUBLIC_URL: url.optional(),
    DEV_LOGIN: flag.default(false),
    SIGN_UP: z.enum(["open", "closed"], "is open or closed").default("open"),
    GITHUB_ID: z.string().optional(),
    GITHUB_SECRET: z.string().optional(),
    OIDC_ISSUER: url.optional(),
    OIDC_CLIENT_ID: z.string().optional(),
    OIDC_CLIENT_SECRET: z.string().optional(),
    OIDC_NAME: z.string().default("Single sign-on"),
    GROUP_MAX: z.coerce.number("is a number").int().min(2, "is at least 2").max(1_000_000, "is at most 1000000").default(GROUP_MAX),
    EVENT_RETENTION: duration.default(7 * 86_400),
    RATE_LIMIT: z
      .enum(["on", "off"], "is on or off")
      .default("on")
      .transform((v) => v === "on"),
    STREAM_BUFFER_MAX: z.coerce.number("is a number of bytes").int().min(16_384, "is at least 16384").default(STREAM_BUFFER_MAX),
    TRUST_PROXY: trust.prefault("loopback"),
    LOG_LEVEL: z.enum(LOG_LEVELS, "is fatal, error, warn, info, debug, trace or silent").optional(),
  })
  .refine((e) => !e.GITHUB_ID === !e.GITHUB_SECRET, {
    path: ["GITHUB_ID"],
    message: "and GITHUB_SECRET go together",
  })
  .refine((e) => !e.OIDC_ISSUER === !e.OIDC_CLIENT_ID && !e.OIDC_ISSUER === !e.OIDC_CLIENT_SECRET, {
    path: ["OIDC_ISSUER"],
    message: "goes with OIDC_CLIENT_ID and OIDC_CLIENT_SECRET",
  });

export type Config = Readonly<z.infer<typeof Environment>>;

/** The configuration of the environment cannot be used; the message names each variable and what is wrong. */
export class ConfigError extends Error {}

/** Reads an environment. An empty variable counts as unset. Throws ConfigError. */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(set);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path: [name], message }) =>
    set[String(name)] === undefined ? `${String(name)} is not set` : `${String(name)} ${message}`,
  );
  throw new ConfigError(`The configuration cannot be used: ${faults.join("; ")}.`);
}

/** The same for DATABASE_URL alone, for commands that need nothing else. */
export function parseDatabaseUrl(text: string): string {
  const parsed = databaseUrl.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`The configuration cannot be used: DATABASE_URL ${parsed.error.issues[0]?.message}.`);
}

/** The configuration of this process, validated at the first call. */
export function config(): Config {
  return single("config", () => parseConfig(process.env));
}

/** Whether people reach this server by https; decides cookies and HSTS. */
export function isHttps(): boolean {
  return config().PUBLIC_URL?.startsWith("https:") ?? false;
}
