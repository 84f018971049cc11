import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream";
import { getMimeType } from "hono/utils/mime";
import type { Fallback } from "./http";

/** A file that a page loads by a name that tells its content. No part of the name begins with a dot. */
const STATIC_FILE = /^\/_next\/static\/((?:[\w~-][\w.~-]*\/)*[\w~-][\w.~-]*)(?:\?|$)/;

/**
 * Answers with files of the other builds that are kept, where this server's own has none of that name: a tab that an
 * older server painted still loads its parts, and during a rolling restart one that a newer server has painted.
 */
export function withOtherBuilds(build: string, next: Fallback): Fallback {
  const own = new Set(readdirSync(join(build, "static"), { recursive: true, encoding: "utf8" }));
  return (incoming, outgoing) => {
    const name = STATIC_FILE.exec(incoming.url ?? "")?.[1];
    const found = name === undefined || own.has(name) ? undefined : findElsewhere(build, name);
    if (!found || !["GET", "HEAD"].includes(incoming.method ?? "")) return next(incoming, outgoing);
    outgoing.writeHead(200, {
      "Content-Type": getMimeType(found.file) ?? "application/octet-stream",
      "Content-Length": found.size,
      "Cache-Control": "public, max-age=31536000, immutable",
      "X-Content-Type-Options": "nosniff",
    });
    if (incoming.method === "HEAD") return void outgoing.end();
    // Whoever goes away in the middle of it needs no more of it.
    pipeline(createReadStream(found.file), outgoing, () => {});
  };
}

/** A build can be removed at any moment: a file that has just gone is none. */
function findElsewhere(build: string, name: string): { file: string; size: number } | undefined {
  const builds = dirname(build);
  for (const other of readdirSync(builds)) {
    const file = join(builds, other, "static", name);
    const stat = existsSync(file) ? statSync(file, { throwIfNoEntry: false }) : undefined;
    if (stat?.isFile()) return { file, size: stat.size };
  }
  return undefined;
}
