import "server-only";
import type { AuthOptions } from "next-auth";
import { TOKEN_LIFETIME_S } from "@/lib/protocol/limits";
import { LoginInput } from "@/lib/protocol/users";
import { config, isHttps } from "../config";
import { HttpError } from "../http/errors";
import { log } from "../log";
import { type Admitted, createSession, deviceOf, extendSession } from "../sessions";
import { type Authenticated, authenticate } from "./authenticate";
import { admitIdentity, type Identity, IdentityRefused } from "./identities";
import { linkingUser } from "./linking";
import { identityOf, oauthProviders } from "./providers";
import { sessionUser } from "./session-cache";
import { cookieName } from "./session-cookie";
import { signIn } from "./sign-in";
import { signOut } from "./sign-out";
import { signToken, verifyToken } from "./tokens";

export const SIGN_IN_PAGE = "/sign-in";

/** Where people who are signed in link an identity, and learn why it was refused. */
const SETTINGS_PAGE = "/settings";

/**
 * next-auth's options for one request. Its session is ours: the cookie holds a token such as every client
 * uses, and sign-in and sign-out make and end the session that the token names.
 */
export async function authOptions(request: Request): Promise<AuthOptions> {
  const before = await signedInBefore(request);
  const page = before ? SETTINGS_PAGE : SIGN_IN_PAGE;
  /** The session that this request signs in to: made by `authorize` or `signIn`, named by `jwt`. */
  let opened: { sub: string; sid: string } | null = null;

  async function open(admitted: Admitted): Promise<void> {
    const { sessionId } = await createSession(admitted, deviceOf(request));
    if (before) await signOut(before.user.id, before.session.id);
    opened = { sub: admitted.user.id, sid: sessionId };
  }

  async function arrive(identity: Identity): Promise<void> {
    const linker = requireLinker(request, before);
    const admitted = await admitIdentity(identity, linker);
    // Whoever links an identity stays in the session that they have, and so do their other tabs.
    if (linker) opened = { sub: linker.user.id, sid: linker.session.id };
    else await open(admitted);
  }

  return {
    secret: config().AUTH_SECRET,
    useSecureCookies: isHttps(),
    cookies: cookies(),
    session: { strategy: "jwt", maxAge: TOKEN_LIFETIME_S },
    pages: { signIn: page, error: page, signOut: SETTINGS_PAGE, verifyRequest: page },
    providers: [credentials(request, open), ...oauthProviders()],
    // next-auth hands whole tokens and profiles to its logger; the code and the reason are enough.
    logger: {
      error: (code, reason) => log.warn({ code, reason: reasonOf(reason) }, "next-auth"),
      warn: (code) => log.debug({ code }, "next-auth"),
      debug: () => {},
    },
    jwt: {
      encode: async ({ token }) => signToken(String(token?.sub), String(token?.sid)).token,
      decode: async ({ token }) => {
        const claims = token === undefined ? null : verifyToken(token);
        return claims && (await sessionUser(claims.sid)) ? { ...claims } : null;
      },
    },
    callbacks: {
      async signIn({ account, profile }) {
        if (account?.type !== "oauth") return true;
        try {
          await arrive(identityOf(account.provider, profile));
          return true;
        } catch (error) {
          if (!(error instanceof IdentityRefused)) throw error;
          log.info({ userId: before?.user.id, address: deviceOf(request).address, reason: error.code }, "a sign-in failed");
          return `${page}?error=${error.code}`;
        }
      },
      async jwt({ token, user }) {
        if (user && opened) return opened;
        await extendSession(String(token.sid));
        return token;
      },
      async session({ session, token }) {
        return { expires: session.expires, user: (await sessionUser(String(token.sid))) ?? undefined };
      },
      redirect: ({ url, baseUrl }) => sameOrigin(url, baseUrl),
    },
    events: {
      async signOut({ token }) {
        if (token) await signOut(String(token.sub), String(token.sid));
      },
    },
  };
}

/** Whose cookie a request to next-auth comes with. */
export function signedInBefore(request: Request): Promise<Authenticated | null> {
  return authenticate({ url: request.url, headers: new Headers({ cookie: request.headers.get("cookie") ?? "" }) });
}

/** Who began this sign-in in order to link an identity; null where nobody was signed in then. */
function requireLinker(request: Request, before: Authenticated | null): Authenticated | null {
  const userId = linkingUser(request.headers);
  if (userId === null) return null;
  if (before?.user.id !== userId) throw new IdentityRefused("SomebodyElse");
  return before;
}

/** Username and password, or where it is on the development login by username alone. */
function credentials(request: Request, open: (admitted: Admitted) => Promise<void>): AuthOptions["providers"][number] {
  return {
    id: "credentials",
    name: "Username and password",
    type: "credentials",
    credentials: {},
    async authorize(input) {
      const parsed = LoginInput.safeParse(input);
      if (!parsed.success) return null;
      try {
        const admitted = await signIn(parsed.data, deviceOf(request).address);
        await open(admitted);
        return admitted.user;
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        // What is thrown here reaches the page as a code; null is its "CredentialsSignin".
        if (error.status === 429) throw new Error("TooManyRequests");
        return null;
      }
    },
  };
}

/** Where to go next: a page of ours, whatever the address says. */
function sameOrigin(url: string, baseUrl: string): string {
  if (!URL.canParse(url, baseUrl)) return baseUrl;
  const target = new URL(url, baseUrl);
  return target.origin === new URL(baseUrl).origin ? target.href : baseUrl;
}

function cookies(): AuthOptions["cookies"] {
  const options = { httpOnly: true, sameSite: "lax", path: "/", secure: isHttps() };
  const cookie = (name: string) => ({ name: cookieName(name), options });
  return {
    sessionToken: cookie("session"),
    callbackUrl: cookie("callback-url"),
    csrfToken: cookie("csrf-token"),
    pkceCodeVerifier: cookie("pkce"),
    state: cookie("state"),
    nonce: cookie("nonce"),
  };
}

function reasonOf(reason: unknown): string {
  const error = reason instanceof Error ? reason : (reason as { error?: unknown } | null)?.error;
  return error instanceof Error ? error.message : "";
}
