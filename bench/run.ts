import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { PARTS } from "./parts";
import { heading, line, type Row } from "./report";
import { withStage } from "./stage";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "a,b,c,d,e,g,h,i,j,k" },
    seconds: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
    servers: { type: "string", default: "4" },
    bus: { type: "string", default: "" },
    json: { type: "string" },
  },
});

if (!existsSync("dist/server.mjs")) {
  console.error("What is measured is the built server: run `npm run build` first.");
  process.exit(1);
}

/** (f) is measured during (b), (l) during (i). */
const wanted = new Set(values.only.replaceAll("f", "b").replaceAll("l", "i").split(","));
const secret = "known to the benchmark, which signs its own tokens";
Object.assign(process.env, { AUTH_SECRET: secret, DATABASE_URL: "postgres://unused" });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}, ${values.rounds} rounds of ${values.seconds} s.\n`);
process.stdout.write(heading());
const rows: Row[] = [];
const options = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  servers: Number(values.servers),
  bus: values.bus,
  secret,
};
await withStage(options, async (stage) => {
  for (const [name, part] of Object.entries(PARTS)) {
    if (!wanted.has(name)) continue;
    await part(stage, (...told) => {
      rows.push(...told);
      for (const row of told) process.stdout.write(line(row));
    });
  }
});
const judged = rows.filter(({ met }) => met !== null);
console.log(`\n${judged.filter(({ met }) => met).length} of ${judged.length} targets met.`);
if (values.json) writeFileSync(values.json, JSON.stringify(rows, null, 2));
process.exit();
