import "server-only";
import { type Identity as ListedIdentity, UpdateUserInput } from "@/lib/protocol/users";
import { config } from "../config";
import { prisma } from "../db";
import { HttpError } from "../http/errors";
import type { Caller } from "../http/route";
import { isId, newId } from "../ids";
import { log } from "../log";
import { addNotice } from "../notices";
import { type Admitted, isRecentSignIn } from "../sessions";
import { isConfigured, issuerName } from "./issuers";
import { endSessions } from "./sign-out";
import { usernameCandidates, usernameKey } from "./usernames";

/** Somebody as GitHub or an OpenID Connect issuer knows them. */
export type Identity = {
  provider: string;
  providerAccountId: string;
  /** Only an address of which the provider says that it is verified. */
  verifiedEmail: string | null;
  username: string;
  name: string | null;
};

/** Why an identity does not sign in; the page that shows it has a sentence for each. */
export class IdentityRefused extends Error {
  constructor(readonly code: "OAuthAccountNotLinked" | "SignUpClosed" | "SignInAgain" | "SomebodyElse") {
    super(code);
  }
}

/**
 * Whom an identity signs in. In this order: the user that it is linked to; who is signed in and asks to link it, and has
 * signed in lately; the user whose verified address it has; a new user. Nothing else links: a name, or an address that
 * nobody has checked, could be chosen by anybody.
 */
export async function admitIdentity(identity: Identity, linker: Caller | null): Promise<Admitted> {
  for (const username of usernameCandidates(identity.username)) {
    const found = (await findLinked(identity, linker)) ?? (await link(identity, linker));
    if (found !== null) return found;
    if (config().SIGN_UP === "closed") throw new IdentityRefused("SignUpClosed");
    // Null where the name was taken, or where the same person came twice at once: look again.
    const made = await createLinked(identity, username);
    if (made !== null) return made;
  }
  throw new Error("No free username was found.");
}

async function findLinked(identity: Identity, linker: Caller | null): Promise<Admitted | null> {
  const { provider, providerAccountId } = identity;
  const where = { provider_providerAccountId: { provider, providerAccountId } };
  const found = await prisma().account.findUnique({ where });
  if (!found) return null;
  if (linker !== null && found.userId !== linker.user.id) throw new IdentityRefused("OAuthAccountNotLinked");
  await prisma().account.update({ where, data: kept(identity) });
  return { user: { id: found.userId }, identityId: found.id };
}

/** Null where there is nobody to link it to, or where it has just been linked. */
async function link(identity: Identity, linker: Caller | null): Promise<Admitted | null> {
  const { provider, providerAccountId, verifiedEmail } = identity;
  const byAddress = verifiedEmail === null ? null : await prisma().user.findUnique({ where: { email: verifiedEmail } });
  const userId = linker?.user.id ?? byAddress?.id;
  if (userId === undefined) return null;
  const linked = await prisma().$transaction(async (transaction) => {
    if (linker && !(await isRecentSignIn(linker.session.id, transaction))) throw new IdentityRefused("SignInAgain");
    const [made] = await transaction.account.createManyAndReturn({
      data: { provider, providerAccountId, userId, ...kept(identity) },
      skipDuplicates: true,
      select: { id: true },
    });
    if (!made) return null;
    if (verifiedEmail !== null && byAddress === null) {
      await transaction.user.updateMany({ where: { id: userId, email: null }, data: { email: verifiedEmail } });
    }
    const about = { issuer: issuerName(provider), name: kept(identity).name };
    await addNotice(transaction, { userId, sessionId: linker?.session.id ?? null }, "identity_linked", about);
    return { user: { id: userId }, identityId: made.id };
  });
  if (linked) log.info({ userId, sessionId: linker?.session.id, identityId: linked.identityId, provider }, "an identity was linked");
  return linked;
}

async function createLinked(identity: Identity, username: string): Promise<Admitted | null> {
  const { provider, providerAccountId, verifiedEmail, name } = identity;
  const created = await prisma().$transaction(async (transaction) => {
    const [made] = await transaction.user.createManyAndReturn({
      data: {
        id: newId(),
        username,
        usernameKey: usernameKey(username),
        name: UpdateUserInput.shape.name.safeParse(name).data ?? null,
        email: verifiedEmail,
      },
      skipDuplicates: true,
      select: { id: true },
    });
    if (!made) return null;
    const account = await transaction.account.create({
      data: { provider, providerAccountId, userId: made.id, ...kept(identity) },
    });
    return { user: { id: made.id }, identityId: account.id };
  });
  if (created) log.info({ userId: created.user.id, username, identityId: created.identityId, provider }, "an account was made");
  return created;
}

/** Characters of a name elsewhere that are kept. */
const NAME_KEPT = 100;

/** What is kept of an identity, as of its last sign-in. */
function kept({ username, verifiedEmail }: Identity): { name: string; email: string | null } {
  return { name: (username || (verifiedEmail ?? "")).slice(0, NAME_KEPT), email: verifiedEmail };
}

/** The identities that sign in to an account, the oldest first. */
export async function listIdentities(userId: string): Promise<ListedIdentity[]> {
  const found = await prisma().account.findMany({ where: { userId }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
  return found.map(({ id, provider, name, createdAt }) => ({
    id,
    issuer: issuerName(provider),
    name,
    createdAt: createdAt.toISOString(),
  }));
}

/**
 * Takes an identity from an account, and with it the address that only it vouched for and the sessions that it opened,
 * less the one that asks. Throws 404 where the user has no such identity, and 409 for the last way into an account.
 */
export async function unlinkIdentity({ user, session }: Caller, id: string): Promise<void> {
  if (!isId(id)) throw new HttpError("identity_not_found");
  const ended = await prisma().$transaction(async (transaction) => {
    // One at a time: two at once would each leave the other as the last way in.
    await transaction.$queryRaw`SELECT id FROM users WHERE id = ${user.id}::uuid FOR NO KEY UPDATE`;
    const { email, passwordHash, accounts } = await transaction.user.findUniqueOrThrow({
      where: { id: user.id },
      include: { accounts: true },
    });
    const unlinked = accounts.find((account) => account.id === id);
    const others = accounts.filter((account) => account.id !== id);
    if (!unlinked) throw new HttpError("identity_not_found");
    if (passwordHash === null && !others.some(({ provider }) => isConfigured(provider))) {
      throw new HttpError("last_way_in");
    }
    await transaction.session.updateMany({ where: { id: session.id, accountId: id }, data: { accountId: null } });
    const opened = await transaction.session.findMany({ where: { accountId: id }, select: { id: true } });
    await transaction.account.delete({ where: { id } });
    if (!others.some((account) => account.email === email)) {
      await transaction.user.update({ where: { id: user.id }, data: { email: null } });
    }
    const about = { issuer: issuerName(unlinked.provider), name: unlinked.name };
    await addNotice(transaction, { userId: user.id, sessionId: session.id }, "identity_unlinked", about);
    return opened.map(({ id: ended }) => ended);
  });
  endSessions(ended);
  log.info({ userId: user.id, sessionId: session.id, identityId: id, ended: ended.length }, "an identity was unlinked");
}
