import { postgresBinaries } from "./postgres-binaries";
import { StartError } from "./start-error";

/** Part of the build: makes PostgreSQL's programs ready in node_modules, where whoever runs Parley later may not write. */
try {
  postgresBinaries();
} catch (error) {
  // Where there are none for this machine, a DATABASE_URL does without.
  if (!(error instanceof StartError)) throw error;
}
