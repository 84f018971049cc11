import { readdirSync } from "node:fs";
import { resolve } from "node:path";

/** The name under which lib/host imports the table of routes. */
export const ROUTES_MODULE = "parley:routes";

/**
 * The source of that module: `[{ pattern, module }]` for every app/api/**\/route.ts. Fixed segments come before
 * `[name]`, those before `[...name]`: the first match is Next's.
 */
export function routesSource() {
  const files = readdirSync("app/api", { recursive: true })
    .filter((path) => path.endsWith("route.ts"))
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  const imports = files.map((file, i) => `import * as r${i} from ${JSON.stringify(resolve("app/api", file))};`);
  const entries = files.map((file, i) => `{ pattern: ${JSON.stringify(`/api/${file.replace(/\/?route\.ts$/, "")}`)}, module: r${i} }`);
  return `${imports.join("\n")}\nexport default [${entries.join(", ")}];\n`;
}

function rank(file) {
  return file.replaceAll("[...", "~~").replaceAll("[", "~");
}
