import { lstatSync, readlinkSync, rmSync } from "node:fs";

/**
 * Where Next writes a build, and where a server looks for it. `scripts/build.mjs` and `lib/host/own-build.ts` name the
 * folder. A bare `next start` stays with the build that it started on, though the link leads elsewhere by and by; a
 * bare `next build` makes a `.next` of its own, since through the link it would empty what a server may run on.
 */
function distDir(phase) {
  if (process.env.PARLEY_BUILD) return process.env.PARLEY_BUILD;
  if (phase === "phase-development-server") return "builds";
  if (!lstatSync(".next", { throwIfNoEntry: false })?.isSymbolicLink()) return ".next";
  if (phase === "phase-production-server") return readlinkSync(".next");
  if (process.argv[2] === "build") {
    rmSync(".next");
    // It leads through that one, and Next looks where every link leads.
    rmSync("dist", { force: true });
  }
  return ".next";
}

/** @returns {import("next").NextConfig} */
export default (phase) => ({
  distDir: distDir(phase),
  // It extends another one, so that Next does not write the name of each build into it.
  typescript: { tsconfigPath: "tsconfig.next.json" },
  poweredByHeader: false,
  // Said, because a lock file in some folder above the clone would make Next take that one for the root.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  outputFileTracingIncludes: {
    // Which it compares with the database.
    "/api/ready": ["./prisma/migrations/**"],
    // A program that is started by its path, and what it loads.
    "/api/auth_user/avatar": ["./lib/server/pictures/worker.mjs", "./node_modules/{sharp,@img,detect-libc,semver}/**"],
  },
  // No page uses Next's image service, and whoever asks it could fill the disk: it keeps what it made for each address.
  images: { unoptimized: true },
  experimental: {
    // Each build begins in an empty folder, and a cache of what packages there were outlives them.
    turbopackFileSystemCacheForBuild: false,
    // Next keeps the body of a request to a page in memory. No page takes one; routes read and bound their own.
    proxyClientMaxBodySize: 1024,
  },
  // Native code, and what loads files from beside itself, stays in node_modules.
  serverExternalPackages: ["pg", "@prisma/client", "@prisma/adapter-pg", "@node-rs/argon2", "pino"],
  // Pages have their headers from proxy.ts, routes from their wrapper; this is for files.
  headers: async () => [
    {
      source: "/:path*",
      headers: [
        { key: "X-Content-Type-Options", value: "nosniff" },
        { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
      ],
    },
  ],
  // `npm run dev` is also opened by number.
  allowedDevOrigins: ["127.0.0.1"],
});
