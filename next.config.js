/** @type {import("next").NextConfig} */
export default {
  poweredByHeader: false,
  // Said, because a lock file in some folder above the clone would make Next take that one for the root.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  // Which /api/ready compares with the database.
  outputFileTracingIncludes: { "/api/ready": ["./prisma/migrations/**"] },
  // No page uses Next's image service, and whoever asks it could fill the disk: it keeps what it made for each address.
  images: { unoptimized: true },
  // Native code, and what loads files from beside itself, stays in node_modules.
  serverExternalPackages: ["pg", "@prisma/client", "@prisma/adapter-pg", "@node-rs/argon2", "sharp", "pino"],
  // Pages have their headers from proxy.ts, routes from their wrapper; this is for files.
  headers: async () => [{ source: "/:path*", headers: [{ key: "X-Content-Type-Options", value: "nosniff" }] }],
  // `npm run dev` is also opened by number.
  allowedDevOrigins: ["127.0.0.1"],
};
