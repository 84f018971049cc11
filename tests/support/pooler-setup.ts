import type { TestProject } from "vitest/node";
import { type PgBouncer, startPgBouncer } from "./pgbouncer";

declare module "vitest" {
  interface ProvidedContext {
    /** The way to the database that leads through a pooler, in the project that has one. */
    pooler: string | undefined;
  }
}

let running: PgBouncer;

/** After the database's own set-up. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { app, postgres } = project.getProvidedContext();
  running = await startPgBouncer(app, postgres);
  project.provide("pooler", running.url);
  return () => running.stop();
}
