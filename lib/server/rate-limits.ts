import "server-only";
import { isIPv6 } from "node:net";
import { RateLimiterPostgres, type RateLimiterRes } from "rate-limiter-flexible";
import { config } from "./config";
import { pool } from "./db";
import { HttpError } from "./http/errors";
import { type Budget, requestCounts } from "./request-counts";
import { single } from "./single";

/**
 * How often one user may call. The requests of one address may take ten times as much, since a household
 * or an office shares one; where nobody is signed in, the address has the budget of one user.
 */
const BUDGETS = {
  send: { points: 60, seconds: 10 },
  read: { points: 600, seconds: 60 },
  change: { points: 120, seconds: 60 },
  search: { points: 120, seconds: 60 },
  stream: { points: 60, seconds: 60 },
  upload: { points: 20, seconds: 600 },
  auth: { points: 300, seconds: 60 },
  sign_in: { points: 60, seconds: 60 },
  sign_up: { points: 60, seconds: 3_600 },
} as const satisfies Record<string, Budget>;

const USERS_OF_AN_ADDRESS = 10;

export type LimitName = keyof typeof BUDGETS;

/** Rare, costly and worth an exact count: each request is one statement. The rest is counted in memory first. */
const EXACT: ReadonlySet<LimitName> = new Set(["sign_in", "sign_up"]);

/** Counts a request and refuses it with 429 once its budget is used up. */
export async function enforceLimit(name: LimitName, { userId, address }: { userId?: string; address: string }): Promise<void> {
  if (!config().RATE_LIMIT) return;
  const budget = BUDGETS[name];
  if (EXACT.has(name)) return consume(exactLimiter(name, budget), address);
  const counts = requestCounts();
  if (userId !== undefined) refuseAfter(counts.count(`${name}:${userId}`, budget));
  const shared = userId === undefined ? budget : { ...budget, points: budget.points * USERS_OF_AN_ADDRESS };
  refuseAfter(counts.count(`${name}:${address}`, shared));
}

/** Takes one point of a budget in PostgreSQL; 429 when there is none left. */
export async function consume(limiter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refused) {
    // No check of its class: that exists once in each bundle, and the limiter may be of the other one.
    if (refused instanceof Error) throw refused;
    refuseAfter((refused as RateLimiterRes).msBeforeNext);
  }
}

/** A budget that all servers draw on together, counted in PostgreSQL. */
export function exactLimiter(name: string, { points, seconds }: Budget): RateLimiterPostgres {
  return single(
    `limiter ${name}`,
    () =>
      new RateLimiterPostgres({
        storeClient: pool(),
        storeType: "pool",
        tableName: "rate_limits",
        tableCreated: true,
        keyPrefix: name,
        points,
        duration: seconds,
      }),
  );
}

function refuseAfter(ms: number): void {
  if (ms <= 0) return;
  const seconds = Math.ceil(ms / 1000);
  throw new HttpError(429, "Too many requests. Try again in a moment.", { "Retry-After": String(seconds) });
}

/**
 * The address that a request came from. Our own host overwrites `x-parley-address` with the socket's. Behind
 * a proxy that the owner vouches for (and on Vercel) it is the hop that this proxy saw, the right-most of
 * `X-Forwarded-For`: all to its left is the caller's own claim. Elsewhere (bare `next start`) Next fills that
 * header with the socket's address unless the caller sent one.
 */
export function addressOf({ headers }: Pick<Request, "headers">): string {
  const socket = headers.get("x-parley-address");
  const proxied = config().TRUST_PROXY || process.env.VERCEL !== undefined || socket === null;
  const hop = proxied ? headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  return network(hop || socket || "unknown");
}

/** An IPv6 customer holds a whole /64, so that is what counts as one address. */
function network(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  if (!isIPv6(address)) return address.slice(0, 64);
  const [head = "", tail] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail?.split(":").filter(Boolean) ?? [];
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
