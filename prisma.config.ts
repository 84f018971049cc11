import { defineConfig } from "prisma/config";

/** For the `prisma` command only. Parley itself migrates when it starts: lib/host/migrate.ts. */
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  // Unset for commands that need no database, such as `prisma generate`.
  datasource: { url: process.env.DATABASE_URL },
});
