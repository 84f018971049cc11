import "server-only";
import { createHash } from "node:crypto";
import type { User } from "@/lib/protocol/users";
import { type LoginInput, Username } from "@/lib/protocol/users";
import { config } from "../config";
import { HttpError, notFound } from "../http/errors";
import { consume, enforceLimit, exactLimiter } from "../rate-limits";
import { type AccountRecord, findAccount } from "../users";
import { verifyPassword } from "./passwords";

/**
 * Failures that are allowed: few to one address on one account, more to all addresses on one account (so that
 * a stranger cannot easily lock its owner out), and more to one address on all accounts.
 */
const onAccountFromAddress = () => exactLimiter("failures_pair", { points: 10, seconds: 15 * 60 });
const onAccount = () => exactLimiter("failures_account", { points: 100, seconds: 60 * 60 });
const fromAddress = () => exactLimiter("failures_address", { points: 100, seconds: 15 * 60 });

/**
 * Whom these credentials belong to. Throws 401, alike for an unknown name and a wrong password, and 429 after
 * too many failures. Without a password it is the development login: 404 unless DEV_LOGIN is on.
 */
export async function signIn({ username, password }: LoginInput, address: string): Promise<User> {
  await enforceLimit("sign_in", { address });
  if (password === undefined) return developmentLogin(username);
  const account = await findIfWellFormed(username);
  const attempt = await countAttempt(username, address);
  const matches = await verifyPassword(account?.passwordHash ?? null, password);
  // Checking takes its time: who has changed the password meanwhile has signed everybody else out, this caller too.
  if (!matches || !account || (await findAccount(account.user.username))?.passwordHash !== account.passwordHash) {
    throw new HttpError(401, "This username and password do not go together.");
  }
  await attempt.forgive();
  return account.user;
}

async function developmentLogin(username: string): Promise<User> {
  if (!config().DEV_LOGIN) throw new HttpError(404, "Signing in without a password is off on this server.");
  const account = await findIfWellFormed(username);
  if (!account) throw notFound("User");
  return account.user;
}

async function findIfWellFormed(username: string): Promise<AccountRecord | null> {
  const parsed = Username.safeParse(username);
  return parsed.success ? findAccount(parsed.data) : null;
}

/**
 * Every attempt counts as a failure until it has succeeded, so that many at once cannot slip past the count.
 * Names are kept as digests: people type passwords into the wrong field.
 */
async function countAttempt(username: string, address: string): Promise<{ forgive: () => Promise<void> }> {
  if (!config().RATE_LIMIT) return { forgive: async () => {} };
  const account = createHash("sha256").update(username.trim().toLowerCase()).digest("base64url");
  const pair = `${account}:${address}`;
  await consume(onAccountFromAddress(), pair);
  await Promise.all([consume(onAccount(), account), consume(fromAddress(), address)]);
  return {
    forgive: async () => {
      await Promise.all([onAccountFromAddress().delete(pair), onAccount().reward(account), fromAddress().reward(address)]);
    },
  };
}
