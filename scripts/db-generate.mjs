import { generate } from "./build.mjs";
import { install } from "./install.mjs";

/** `npm run db:generate`: the Prisma client of prisma/schema.prisma. */
await install();
await generate();
