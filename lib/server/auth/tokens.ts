import "server-only";
import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import { TOKEN_LIFETIME_S } from "@/lib/protocol/limits";
import { config } from "../config";

/**
 * Tokens are JWTs (RFC 7519) signed with HS256, in the `Authorization` header and in the session cookie
 * alike. They are made and checked here, with node's synchronous HMAC: every request checks one, and this
 * takes 3 µs where a promise-based library takes a hundred. All tokens are our own, so the header is one constant
 * that must match to the letter: no token can choose its algorithm.
 */
const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString("base64url");

/** What a token says: who, by which session, and when it was made and ends (seconds since 1970). */
export type Claims = { sub: string; sid: string; iat: number; exp: number };

const key = (() => {
  let made: ReturnType<typeof createSecretKey> | undefined;
  return () => {
    made ??= createSecretKey(config().AUTH_SECRET, "utf8");
    return made;
  };
})();

function signature(signed: string): Buffer {
  return createHmac("sha256", key()).update(signed).digest();
}

/**
 * Signs a token for a session, good until `until` and no longer than TOKEN_LIFETIME_S. Both its life and its session's
 * row must last for it to count.
 */
export function signToken(userId: string, sessionId: string, now = new Date(), until?: Date): { token: string; expiresAt: Date } {
  const iat = Math.floor(now.getTime() / 1000);
  const exp = Math.min(iat + TOKEN_LIFETIME_S, until ? Math.floor(until.getTime() / 1000) : Number.POSITIVE_INFINITY);
  const claims: Claims = { sub: userId, sid: sessionId, iat, exp };
  const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return { token: `${signed}.${signature(signed).toString("base64url")}`, expiresAt: new Date(claims.exp * 1000) };
}

/** The claims of a token that we signed and that has not ended; null for any other text. */
export function verifyToken(token: string, now = Date.now()): Claims | null {
  const end = token.lastIndexOf(".");
  if (!token.startsWith(`${HEADER}.`) || end <= HEADER.length) return null;
  const given = Buffer.from(token.slice(end + 1), "base64url");
  const expected = signature(token.slice(0, end));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const claims = JSON.parse(Buffer.from(token.slice(HEADER.length + 1, end), "base64url").toString()) as Claims;
  return claims.exp * 1000 > now ? claims : null;
}
