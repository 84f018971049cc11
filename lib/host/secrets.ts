import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, type Stats, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { StartError } from "./start-error";

const Secrets = z.object({ authSecret: z.string().min(32), postgresPassword: z.string().min(32) });
export type Secrets = z.infer<typeof Secrets>;

/**
 * The secrets that nobody configured: made once, kept in the data folder for its owner's eyes only.
 * Made under another name and linked into place, so that of two first starts at once both read the same.
 */
export function loadSecrets(dataDir: string): Secrets {
  const path = join(dataDir, "secrets.json");
  const draft = `${path}.${process.pid}`;
  const made: Secrets = { authSecret: secret(), postgresPassword: secret() };
  try {
    makeDataFolder(dataDir);
    writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw unwritable(dataDir, error);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw unwritable(dataDir, error);
  } finally {
    rmSync(draft);
  }
  return read(path);
}

/** Its owner's alone. Others may pass through root's, to the database in it, which may have to run as one of them. */
function makeDataFolder(path: string): void {
  makeFolder(path, process.getuid?.() === 0 ? 0o711 : 0o700);
}

/** Step by step: Node's own way does not return where a file system refuses without a reason, as /proc does. */
function makeFolder(path: string, mode?: number): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode });
}

function read(path: string): Secrets {
  requireOurs(path, statSync(path));
  try {
    return Secrets.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    throw new StartError(`${path} cannot be read as Parley's secrets; restore it from a backup.`);
  }
}

/**
 * Whoever else can read them signs in as anybody, and whoever else can write them chooses them. Root may start what
 * belongs to somebody else, by the secrets of whoever owns the folder.
 */
function requireOurs(path: string, { uid, mode }: Stats): void {
  const us = process.getuid?.();
  const owner = us === 0 ? statSync(dirname(path)).uid : us;
  if (uid !== us && uid !== owner) {
    throw new StartError(
      `${path} belongs to another user, who would know Parley's secrets: if they are yours, run chown ${owner} ${path}.`,
    );
  }
  if ((mode & 0o077) === 0) return;
  throw new StartError(
    `${path} is open to other users of this machine (its mode is ${(mode & 0o777).toString(8)}): run chmod 600 ${path}.`,
  );
}

function unwritable(dataDir: string, error: unknown): StartError {
  return new StartError(`The data folder ${dataDir} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
}

function secret(): string {
  return randomBytes(32).toString("base64url");
}
