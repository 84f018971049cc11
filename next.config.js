/** @type {import("next").NextConfig} */
export default {
  poweredByHeader: false,
  // Said, because a lock file in some folder above the clone would make Next take that one for the root.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  // Which /api/ready compares with the database.
  outputFileTracingIncludes: { "/api/ready": ["./prisma/migrations/**"] },
  // Native code, and what loads files from beside itself, stays in node_modules.
  serverExternalPackages: ["pg", "@prisma/client", "@prisma/adapter-pg", "@node-rs/argon2", "sharp", "pino"],
};
