import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { freePort } from "./free-port";
import { serving, spawnNode, unconfigured } from "./server";

declare module "vitest" {
  interface ProvidedContext {
    /** What a server that was started in an empty folder, and stopped, has left there. */
    usedDataFolder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "parley-used-"));
  const port = await freePort();
  const server = await serving(spawnNode(["dist/server.mjs"], { ...unconfigured(folder), PORT: String(port) }), port);
  await server.stop();
  project.provide("usedDataFolder", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
