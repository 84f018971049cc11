import { migrate } from "./migrate";
import { validDatabaseUrl } from "./open-database";
import { StartError } from "./start-error";

/** `npm run db:deploy`: migrates the database of DATABASE_URL, for hosts such as Vercel that do not run `npm start`. */
try {
  if (!process.env.DATABASE_URL) throw new StartError("Set DATABASE_URL to the database that is to be migrated.");
  const applied = await migrate(validDatabaseUrl(process.env.DATABASE_URL));
  console.log(applied.length > 0 ? `Applied ${applied.join(", ")}.` : "The database is up to date.");
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exit(1);
}
