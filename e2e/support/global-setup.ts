import { startScratchPostgres } from "@/tests/support/scratch-postgres";

/** One database server for the run; each worker makes a database of its own in it. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const { url, appUrl, stop } = await startScratchPostgres();
  process.env.PARLEY_E2E_POSTGRES = url;
  process.env.PARLEY_E2E_APP = appUrl;
  return stop;
}
