import { resolve } from "node:path";
import { z } from "zod";
import { StartError } from "./start-error";

const Settings = z.object({
  PORT: z.coerce.number("is a number").int().min(0).max(65_535, "is at most 65535").default(3_000),
  /** The address to listen on; all of them unless given. */
  HOST: z.string().optional(),
  DATA_DIR: z
    .string()
    .default("data")
    .transform((path) => resolve(path)),
  /** Processes that serve. Each holds DATABASE_POOL connections, and the embedded database takes 200. */
  WORKERS: z.coerce.number("is a number").int().min(1, "is at least 1").max(16, "is at most 16").default(1),
});
export type Settings = z.infer<typeof Settings>;

/** What concerns only the machine that a server runs on; the rest is lib/server/config.ts. */
export function settings(): Settings {
  const set = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
  const parsed = Settings.safeParse(set);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  throw new StartError(`The configuration cannot be used: ${faults.join("; ")}.`);
}
