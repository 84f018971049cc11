import "server-only";
import { UpdateUserInput } from "@/lib/protocol/users";
import { config } from "../config";
import { prisma } from "../db";
import { newId } from "../ids";
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

/** Why an identity does not sign in; the sign-in page has a sentence for each. */
export class IdentityRefused extends Error {
  constructor(readonly code: "OAuthAccountNotLinked" | "SignUpClosed") {
    super(code);
  }
}

/**
 * The id of the user whom an identity signs in. In this order: the user that it is linked to; who is signed
 * in already and asks to link it; the user whose verified address it has; a new user. Nothing else links: a
 * name, or an address that nobody has checked, could be chosen by anybody.
 */
export async function userOfIdentity(identity: Identity, signedInId: string | null): Promise<string> {
  for (const username of usernameCandidates(identity.username)) {
    const found = await findLinked(identity, signedInId);
    if (found !== null) return found;
    if (config().SIGN_UP === "closed") throw new IdentityRefused("SignUpClosed");
    // Null where the name was taken, or where the same person came twice at once: look again.
    const made = await createLinked(identity, username);
    if (made !== null) return made;
  }
  throw new Error("No free username was found.");
}

async function findLinked({ provider, providerAccountId, verifiedEmail }: Identity, signedInId: string | null) {
  const account = await prisma().account.findUnique({
    where: { provider_providerAccountId: { provider, providerAccountId } },
  });
  if (account) {
    if (signedInId !== null && account.userId !== signedInId) throw new IdentityRefused("OAuthAccountNotLinked");
    return account.userId;
  }
  const byAddress = verifiedEmail === null ? null : await prisma().user.findUnique({ where: { email: verifiedEmail } });
  const userId = signedInId ?? byAddress?.id ?? null;
  if (userId === null) return null;
  await prisma().account.createMany({ data: { provider, providerAccountId, userId }, skipDuplicates: true });
  if (verifiedEmail !== null && byAddress === null) {
    await prisma().user.updateMany({ where: { id: userId, email: null }, data: { email: verifiedEmail } });
  }
  return userId;
}

async function createLinked({ provider, providerAccountId, verifiedEmail, name }: Identity, username: string) {
  return prisma().$transaction(async (transaction) => {
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
    await transaction.account.create({ data: { provider, providerAccountId, userId: made.id } });
    return made.id;
  });
}
