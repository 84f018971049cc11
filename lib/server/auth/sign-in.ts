import "server-only";
import { createHash } from "node:crypto";
import type { User } from "@/lib/protocol/users";
import { type LoginInput, Username } from "@/lib/protocol/users";
import { config } from "../config";
import { HttpError } from "../http/errors";
import { log } from "../log";
import { consume, enforceLimit, exactLimiter, giveBack } from "../rate-limits";
import type { Admitted } from "../sessions";
import { type AccountRecord, findAccount } from "../users";
import { countFailure, type FailureCount, forgiveFailure } from "./failures";
import { isKnownNetwork } from "./known-networks";
import { verifyPassword } from "./passwords";

/** Failures that pass before anybody has to wait: few from one address on one account, more from all that are strange to it. */
const FREE_FROM_ADDRESS = 10;
const FREE_ON_ACCOUNT = 30;

/** Failures of one address on all accounts; households and offices share one. */
const fromAddress = () => exactLimiter("failures_address", { points: 100, seconds: 15 * 60 });

/**
 * Whom these credentials belong to, for `createSession`. Throws 401, alike for an unknown name and a wrong password,
 * and 429 after too many failures. Without a password it is the development login: 404 unless DEV_LOGIN is on.
 */
export async function signIn({ username, password }: LoginInput, address: string): Promise<Admitted & { user: User }> {
  await enforceLimit("sign_in", { address });
  if (password === undefined) return { user: await developmentLogin(username) };
  const account = await findIfWellFormed(username);
  const failed = (reason: string) =>
    // People type passwords into the wrong field, so a name is told only where somebody has it.
    log.info({ userId: account?.user.id, username: account?.user.username ?? "unknown", address, reason }, "a sign-in failed");
  const attempt = await countAttempt(username, account, address).catch((refused) => {
    failed("too many failures before");
    throw refused;
  });
  const matches = await verifyPassword(account?.passwordHash ?? null, password);
  if (!matches || account?.passwordHash == null) {
    failed("wrong password");
    throw new HttpError("wrong_credentials");
  }
  await attempt.forgive();
  return { user: account.user, passwordHash: account.passwordHash };
}

async function developmentLogin(username: string): Promise<User> {
  if (!config().DEV_LOGIN) throw new HttpError("development_login_off");
  const account = await findIfWellFormed(username);
  if (!account) throw new HttpError("user_not_found");
  return account.user;
}

async function findIfWellFormed(username: string): Promise<AccountRecord | null> {
  const parsed = Username.safeParse(username);
  return parsed.success ? findAccount(parsed.data) : null;
}

/**
 * Counts by address and account. What strange addresses have failed together on the account, or one address on others,
 * holds up only those from where its owner has not signed in lately. Names are kept as digests.
 */
async function countAttempt(username: string, account: AccountRecord | null, address: string): Promise<{ forgive: () => Promise<void> }> {
  const name = createHash("sha256").update(username.trim().toLowerCase()).digest("base64url");
  const pair: FailureCount = { key: `failures_pair:${name}:${address}`, free: FREE_FROM_ADDRESS };
  const all: FailureCount = { key: `failures_account:${name}`, free: FREE_ON_ACCOUNT };
  await countFailure(pair);
  const known = await isKnownNetwork(account?.user.id ?? null, address);
  if (!known) {
    await consume(fromAddress(), address);
    await countFailure(all);
  }
  return {
    forgive: async () => {
      await forgiveFailure(pair, { all: true });
      if (known) return;
      await forgiveFailure(all, { all: false });
      await giveBack(fromAddress(), address);
    },
  };
}
