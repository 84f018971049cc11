import "server-only";
import { RateLimiterPostgres, type RateLimiterRes } from "rate-limiter-flexible";
import { config } from "./config";
import { pool } from "./db";
import { HttpError } from "./http/errors";
import { type Budget, requestCounts } from "./request-counts";
import { single } from "./single";
import { callerBehind, networkOf, type Trust } from "./trusted-proxies";

/**
 * How often one user may call. The requests of one address may take ten times as much, since a household
 * or an office shares one; where nobody is signed in, the address has the budget of one user. A page costs
 * what fifty reads do; its files (an office that loads a new version) next to nothing.
 */
const BUDGETS = {
  send: { points: 60, seconds: 10 },
  read: { points: 600, seconds: 60 },
  change: { points: 120, seconds: 60 },
  search: { points: 120, seconds: 60 },
  stream: { points: 60, seconds: 60 },
  page: { points: 300, seconds: 60 },
  file: { points: 6_000, seconds: 60 },
  // Of which each is read, and sent back where it is refused; counted before that.
  form: { points: 120, seconds: 60 },
  unauthorized: { points: 300, seconds: 60 },
  upload: { points: 20, seconds: 600 },
  // Asked by whoever has a link, signed in or not: links cannot be guessed, and trying costs.
  invite: { points: 120, seconds: 60 },
  // Told to each of a user's conversations.
  profile: { points: 10, seconds: 600 },
  auth: { points: 300, seconds: 60 },
  sign_in: { points: 60, seconds: 60 },
  sign_up: { points: 60, seconds: 3_600 },
} as const satisfies Record<string, Budget>;

const USERS_OF_AN_ADDRESS = 10;

export type LimitName = keyof typeof BUDGETS;

/** Rare, costly and worth an exact count: each request is one statement. The rest is counted in memory first. */
const EXACT: ReadonlySet<LimitName> = new Set(["sign_in", "sign_up"]);

type Counted = { userId?: string; address: string };

/** Counts a request and refuses it with 429 once its budget is used up. */
export async function enforceLimit(name: LimitName, counted: Counted): Promise<void> {
  if (!EXACT.has(name)) countRequest(name, counted);
  else await consume(exactLimiter(name, BUDGETS[name]), counted.address);
}

/** As {@link enforceLimit}, in memory: for what is not worth an exact count. */
export function countRequest(name: LimitName, { userId, address }: Counted): void {
  if (!config().RATE_LIMIT) return;
  const budget = BUDGETS[name];
  const counts = requestCounts();
  if (userId !== undefined) refuseAfter(counts.count(`${name}:${userId}`, budget));
  const shared = userId === undefined ? budget : { ...budget, points: budget.points * USERS_OF_AN_ADDRESS };
  refuseAfter(counts.count(`${name}:${address}`, shared));
}

/** Takes of a budget in PostgreSQL, one point unless it is said; 429 when there is not enough left. */
export async function consume(limiter: RateLimiterPostgres, key: string, points = 1): Promise<void> {
  if (!config().RATE_LIMIT) return;
  try {
    await limiter.consume(key, points);
  } catch (refused) {
    // No check of its class: that exists once in each bundle, and the limiter may be of the other one.
    if (refused instanceof Error) throw refused;
    refuseAfter((refused as RateLimiterRes).msBeforeNext);
  }
}

/** Gives back the point that {@link consume} has taken. */
export async function giveBack(limiter: RateLimiterPostgres, key: string): Promise<void> {
  if (config().RATE_LIMIT) await limiter.reward(key);
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
  throw new HttpError("too_many_requests", { retryAfter: seconds });
}

/**
 * The address that a request came from. Our own host says it in `x-parley-address`, which nobody else can set there.
 * Elsewhere nobody knows the peer of the socket: Next (under a bare `next start`) and Vercel write it into
 * `X-Forwarded-For`, unless the caller has sent one.
 */
export function addressOf({ headers }: Pick<Request, "headers">): string {
  const named = headers.get("x-parley-address");
  if (named !== null) return networkOf(named);
  const trust: Trust = (address, hop) => hop === 0 || (!process.env.VERCEL && config().TRUST_PROXY(address, hop));
  return networkOf(callerBehind("unknown", headers.get("x-forwarded-for") ?? undefined, trust).address);
}
