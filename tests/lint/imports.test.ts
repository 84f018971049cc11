import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** What each part may import, and some of what it may not: `npm run check` refuses the latter. */
const PARTS: Record<string, { allowed: string[]; refused: string[] }> = {
  "lib/protocol/part.ts": {
    allowed: ["./messages", "zod"],
    refused: ["../client/api", "../server/db", "@/lib/client/api", "@/lib/server/db", "react", "node:fs", "some-package"],
  },
  "lib/client/part.ts": {
    allowed: ["./api", "./store/state", "@/lib/protocol/messages", "zod"],
    refused: [
      "../server/db",
      "../host/main",
      "@/lib/server/db",
      "@/components/ui/mark",
      "@/app/layout",
      "react",
      "sharp",
      "pg",
      "next",
      "node:fs",
    ],
  },
  "lib/client/store/part.ts": {
    allowed: ["./window", "@/lib/protocol/messages"],
    refused: ["../api", "../sync/stream", "../screen/hooks", "@/lib/client/api", "@/lib/server/db", "../../server/db", "react", "idb"],
  },
  "lib/client/sync/part.ts": {
    allowed: ["./stream", "../api", "../platform", "../store/state", "@/lib/protocol/events"],
    refused: ["../messenger", "../outbox/outbox", "../screen/hooks", "../../server/db", "@/lib/server/db", "react", "idb"],
  },
  "lib/client/outbox/part.ts": {
    allowed: ["./drafts", "../api", "../store/state", "../sync/retry", "@/lib/protocol/messages", "idb"],
    refused: ["../messenger", "../screen/hooks", "../../server/db", "@/lib/server/db", "react"],
  },
  "lib/client/account/part.ts": {
    allowed: ["./access", "../api", "../platform", "../store/store", "../outbox/drafts", "../sync/feed", "@/lib/protocol/users"],
    refused: ["../messenger", "../../server/db", "@/lib/server/db", "@/components/ui/mark", "react"],
  },
  "lib/client/screen/part.ts": {
    allowed: ["./keys", "../messenger", "../store/state", "@/lib/protocol/users", "react", "linkify-it", "next/navigation"],
    refused: ["../../server/db", "@/lib/server/db", "@/components/ui/mark", "@/app/layout", "next", "idb", "sharp", "node:fs"],
  },
  "components/screen/part.tsx": {
    allowed: [
      "./row",
      "@/components/ui/mark",
      "@/lib/client/screen/hooks",
      "@/lib/protocol/users",
      "react",
      "@base-ui/react/menu",
      "next/link",
    ],
    refused: ["@/lib/server/users", "@/lib/host/main", "@/app/layout", "../../lib/server/db", "sharp", "pg", "next/headers", "node:fs"],
  },
  "lib/server/part.ts": {
    allowed: ["./db", "./auth/tokens", "@/lib/protocol/users", "@/prisma/generated/client", "node:fs/promises", "lru-cache"],
    refused: ["../client/api", "../host/main", "@/lib/client/api", "@/components/ui/mark", "@/app/layout", "@/lib/host/main", "react"],
  },
  "lib/server/realtime/part.ts": {
    allowed: ["./hub", "../db", "../auth/session-cache", "@/lib/protocol/events", "node:crypto", "pg"],
    refused: ["../../client/api", "@/lib/client/api", "@/components/ui/mark", "@/app/layout", "@/lib/host/main", "react", "hono"],
  },
  "lib/host/part.ts": {
    allowed: ["./port", "@/lib/server/db", "@/lib/protocol/limits", "node:timers/promises", "pg", "hono", "next"],
    refused: ["../client/api", "@/lib/client/api", "@/components/ui/mark", "@/app/layout", "react", "sharp"],
  },
  "app/page.tsx": {
    allowed: ["./globals.css", "@/components/ui/mark", "@/lib/client/screen/hooks", "@/lib/server/users", "react", "next/navigation"],
    refused: ["@/lib/server/db", "@/lib/host/main", "@/prisma/generated/client", "pg", "@prisma/client", "sharp"],
  },
  "app/api/part/route.ts": {
    allowed: ["@/lib/server/users", "@/lib/protocol/users"],
    refused: ["@/lib/server/db", "@/lib/client/api", "@/components/ui/mark", "next", "next/headers", "react", "pg"],
  },
};

let folder: string;
let said: string[];

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "parley-lint-")));
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
  for (const file of ["biome.json", ".gitignore"]) cpSync(file, join(folder, file));
  for (const [path, { allowed, refused }] of Object.entries(PARTS)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const lines = [...allowed, ...refused].map((from, i) => `export { x as x${i} } from "${from}";\n`);
    writeFileSync(join(folder, path), lines.join(""));
  }
  const args = ["lint", "--only=style/noRestrictedImports", "--max-diagnostics=none", "--reporter=github"];
  const { stdout } = spawnSync(join(process.cwd(), "node_modules/.bin/biome"), args, { cwd: folder, encoding: "utf8" });
  said = stdout.split("\n");
});

afterAll(() => rmSync(folder, { recursive: true }));

test.each(Object.entries(PARTS))("%s may import what is listed for it, and nothing else", (path, { allowed, refused }) => {
  const lines = said.filter((line) => line.includes(`file=${join(folder, path)},`)).map((line) => Number(/,line=(\d+),/.exec(line)?.[1]));
  const imports = [...allowed, ...refused];
  expect(lines.sort((a, b) => a - b).map((line) => imports[line - 1])).toEqual(refused);
});
