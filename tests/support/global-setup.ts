import type { TestProject } from "vitest/node";
import { startScratchPostgres } from "./scratch-postgres";

declare module "vitest" {
  interface ProvidedContext {
    postgres: string;
    app: string;
  }
}

type Scratch = ReturnType<typeof startScratchPostgres>;

/** One database server for the run, however many projects ask for it. */
const shared = globalThis as { parleyScratch?: Scratch };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.parleyScratch ??= startScratchPostgres();
  const { url, appUrl, stop } = await shared.parleyScratch;
  project.provide("postgres", url);
  project.provide("app", appUrl);
  return async () => {
    if (!shared.parleyScratch) return;
    delete shared.parleyScratch;
    await stop();
  };
}
