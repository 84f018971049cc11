import { startScratchPostgres } from "@/tests/support/scratch-postgres";

/** One database server for the run; each worker makes a database of its own in it. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const { url, stop } = await startScratchPostgres();
  process.env.PARLEY_E2E_POSTGRES = url;
  return stop;
}
