import { expect, test, vi } from "vitest";
import { parseDatabaseUrl } from "@/lib/server/config";
import { type Answer, addressesOf, DatabaseHosts, hostsOf } from "@/lib/server/database-hosts";

const BOTH = "postgres://parley:a,b@one:5432,two:5433/parley?sslmode=require";
const [ONE, TWO] = ["postgres://parley:a,b@one:5432/parley?sslmode=require", "postgres://parley:a,b@two:5433/parley?sslmode=require"];

const PRIMARY: Answer = { writes: true, timeline: "00000001" };
const PROMOTED: Answer = { writes: true, timeline: "00000002" };
const STANDBY: Answer = { writes: false, timeline: null };
const GONE: Answer = { error: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }) };

/** Two hosts that answer as they stand in `now`, which may change. */
function two(one: Answer | Promise<Answer>, other: Answer | Promise<Answer>) {
  const now = { [ONE as string]: one, [TWO as string]: other };
  const ask = vi.fn(async (address: string) => now[address] as Answer);
  return { now, ask, hosts: new DatabaseHosts(BOTH, ask) };
}

test("an address with several hosts is one address for each, whatever stands in its password", () => {
  expect(addressesOf(BOTH)).toEqual([ONE, TWO]);
  expect(hostsOf(BOTH)).toBe("one:5432 and two:5433");
  expect(addressesOf("postgres://parley:a,b@one/parley")).toEqual(["postgres://parley:a,b@one/parley"]);
  expect(hostsOf("postgres://[2001:db8::1]:6000,two/parley")).toBe("[2001:db8::1]:6000 and two:5432");
});

test("an address with several hosts is configured as PostgreSQL's own programs take it", () => {
  expect(parseDatabaseUrl(BOTH)).toBe(BOTH);
  expect(parseDatabaseUrl("postgres://one,two")).toBe("postgres://one,two");
});

test.each([
  ["postgres://one,/parley", /^.+ DATABASE_URL names several hosts, each with its port behind it: .+$/],
  ["postgres://parley@one,two/parley?port=5433", /^.+ DATABASE_URL names several hosts, .+$/],
  ["postgres://parley@one,two/parley?host=/tmp", /^.+ DATABASE_URL names several hosts, .+$/],
  ["postgres://parley@one:here,two/parley", /^.+ DATABASE_URL is no address that can be read: .+$/],
])("%s is refused in a sentence", (url, sentence) => {
  expect(() => parseDatabaseUrl(url)).toThrow(sentence);
});

test.each([
  ["the only one that takes writes", STANDBY, PRIMARY, TWO],
  ["the only one that answers", PRIMARY, GONE, ONE],
  ["of two that take writes the one of the later timeline: the other has been started again", PRIMARY, PROMOTED, TWO],
  ["of two of one timeline the first", PROMOTED, PROMOTED, ONE],
])("the primary is %s", async (_, one, other, primary) => {
  expect(await two(one, other).hosts.primary()).toBe(primary);
});

test("a host that does not answer holds up nobody for long", async () => {
  const { hosts } = two(new Promise<Answer>(() => {}), PRIMARY);
  expect(await hosts.primary()).toBe(TWO);
});

test("one look serves all connections, until one is lost", async () => {
  const { now, ask, hosts } = two(PRIMARY, STANDBY);
  expect(await Promise.all([hosts.primary(), hosts.primary()])).toEqual([ONE, ONE]);
  expect(await hosts.primary()).toBe(ONE);
  expect(ask).toHaveBeenCalledTimes(2);
  Object.assign(now, { [ONE as string]: GONE, [TWO as string]: PROMOTED });
  hosts.forget();
  expect(await hosts.primary()).toBe(TWO);
  // Somebody starts the other one as it was, and both stand at one timeline: nobody is torn away.
  Object.assign(now, { [ONE as string]: PROMOTED });
  hosts.forget();
  expect(await hosts.primary()).toBe(TWO);
});

test("where two take writes, a process keeps connections to one of them only", async () => {
  const { now, hosts } = two(PRIMARY, GONE);
  const [before, ended, late] = [vi.fn(), vi.fn(), vi.fn()];
  const address = await hosts.primary();
  hosts.hold(address, before);
  hosts.hold(address, ended)();
  Object.assign(now, { [TWO as string]: PROMOTED });
  hosts.forget();
  const stays = vi.fn();
  hosts.hold(await hosts.primary(), stays);
  expect(before).toHaveBeenCalledOnce();
  expect(ended).not.toHaveBeenCalled();
  // It was being opened when the other was found.
  hosts.hold(address, late);
  expect(late).toHaveBeenCalledOnce();
  expect(stays).not.toHaveBeenCalled();
});

test("where none takes writes, it is said of each why, and all are asked again a moment later", async () => {
  const { now, ask, hosts } = two(GONE, STANDBY);
  const none = "none of its hosts takes writes: one:5432 (connect ECONNREFUSED), two:5433 (a standby)";
  await expect(hosts.primary()).rejects.toThrow(none);
  await expect(hosts.primary()).rejects.toThrow(none);
  expect(ask).toHaveBeenCalledTimes(2);
  Object.assign(now, { [TWO as string]: PROMOTED });
  await vi.waitFor(async () => expect(await hosts.primary()).toBe(TWO));
});
