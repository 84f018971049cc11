import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Checkout, makeCheckout } from "../support/checkout";
import { account } from "../support/data-folder";
import { freePort } from "../support/free-port";
import { type Starting, serving, spawnProgram } from "../support/server";

/** What cannot be run here, by how it begins, and why. Every other block of a document runs to its end, or as below. */
const NOT_RUN: Record<string, string> = {
  "npm test": "runs this test",
  "npm prune": "would take away the packages that run this test",
  "export PGPASSWORD=": "needs pg_dump of PostgreSQL 18, which not every distribution has",
  "psql -h": "restores what that one has dumped",
  sudo: "sets up a PostgreSQL of the machine's own; tests/chaos does the same to one of theirs",
};

/** What goes on until it is stopped, by its first line. */
const GOES_ON = ["npm start", "npm run demo", "cat > parrot.mjs <<'END'"];

/** The same with less to wait for. */
const SHORTER: [string, string][] = [["--messages 1000000", "--messages 1000"]];

interface Block {
  file: string;
  first: string;
  script: string;
}

const documents = ["README.md", "bench/README.md", ...["docs", "docs/decisions"].flatMap((folder) => markdown(folder))];
const blocks = documents.flatMap(blocksOf);

function markdown(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}

function blocksOf(file: string): Block[] {
  const found = readFileSync(file, "utf8").matchAll(/^```(?:sh|bash|shell|console)\n(.*?)^```$/gms);
  return [...found].map(([, script = ""]) => ({ file, script, first: script.split("\n", 1)[0] as string }));
}

let code: Checkout;
let url: string;
let port: number;
let server: Starting;

/** As a person pastes it into a terminal, in the folder of the clone. */
function paste({ script }: Block, port: number): Starting {
  let text = script.replaceAll("localhost:3000", `127.0.0.1:${port}`);
  for (const [long, short] of SHORTER) text = text.replaceAll(long, short);
  return spawnProgram("sh", ["-ec", text], { ...UNCONFIGURED, PORT: String(port) }, { cwd: code.path, detached: true });
}

const UNCONFIGURED = { DATABASE_URL: "", AUTH_SECRET: "", LOG_LEVEL: "warn" };

const block = (first: string) => blocks.find((one) => one.first === first) as Block;

/** Ends all that was pasted, as Ctrl+C does. */
async function interrupt({ child, ended }: Starting): Promise<void> {
  process.kill(-(child.pid as number), "SIGINT");
  await ended;
}

beforeAll(async () => {
  code = makeCheckout();
  port = await freePort();
  url = `http://127.0.0.1:${port}`;
  server = paste(block("npm start"), port);
  await serving(server, port);
}, 90_000);

afterAll(async () => {
  await interrupt(server);
  rmSync(code.path, { recursive: true, force: true, maxRetries: 20 });
});

test("what is listed here stands in a document", () => {
  const listed = [...Object.keys(NOT_RUN), ...GOES_ON];
  expect(listed.filter((begin) => !blocks.some(({ script }) => script.startsWith(begin)))).toEqual([]);
});

describe("a block of a document does what it says, and ends well:", () => {
  const others = blocks.filter(({ script }) => ![...Object.keys(NOT_RUN), ...GOES_ON].some((begin) => script.startsWith(begin)));
  test.each(others)("$file: $first", async (one) => {
    const { ended, logs } = paste(one, port);
    expect(`${await ended}: ${logs()}`).toMatch(/^0: /);
  });
});

test("npm start: people sign up", async () => {
  expect(await (await account(url)).get("/api/auth_user")).toMatchObject({ username: "keeper" });
});

test("npm run demo, beside a running Parley: it takes the next port, and its cast is there", async () => {
  const demo = paste(block("npm run demo"), port);
  onTestFinished(() => interrupt(demo));
  await expect.poll(demo.logs, { timeout: 40_000 }).toContain("Parley is ready");
  expect(demo.logs()).toContain(`Port ${port} is in use, so the demo takes `);
  const address = /ready at (\S+)/.exec(demo.logs())?.[1] as string;
  expect(new URL(address).hostname).toBe("127.0.0.1");
  expect(await (await fetch(`${address}/sign-in`)).text()).toContain("Ada Okafor");
});

test("the bot answers whoever writes to it", async () => {
  const parrot = paste(block("cat > parrot.mjs <<'END'"), port);
  onTestFinished(() => interrupt(parrot));
  const { token } = await account(url, "talker");
  const ask = async (path: string, body?: object) => {
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
    const answer = await fetch(url + path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
    return answer.json();
  };
  await expect.poll(parrot.logs, { timeout: 20_000 }).toContain("Listening.");
  const [found] = (await ask("/api/users?search=parrot")) as { username: string }[];
  const { id } = (await ask("/api/conversations", { username: found?.username })) as { id: string };
  await ask(`/api/conversations/${id}/messages`, { content: "hello" });
  const said = async () => ((await ask(`/api/conversations/${id}/messages`)) as { content: string }[]).map(({ content }) => content);
  await expect.poll(said, { timeout: 20_000 }).toEqual(["hello!", "hello"]);
});
