import "server-only";
import type { AuthOptions } from "next-auth";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { config } from "../config";
import type { Identity } from "./identities";
import { storedAs } from "./issuers";

/** Milliseconds that a provider has to answer. */
const PATIENCE_MS = 10_000;

type GitHubUser = { id: number; login: string; name: string | null; emails: GitHubEmail[] };
type GitHubEmail = { email: string; primary: boolean; verified: boolean };
type OidcClaims = {
  sub: string;
  email?: string;
  email_verified?: boolean;
  preferred_username?: string;
  nickname?: string;
  name?: string;
};

/** next-auth wants one; whom an identity signs in is decided from the raw profile. */
const profile = ({ id, sub }: { id?: number; sub?: string }) => ({ id: String(id ?? sub) });

/** The providers that are configured. */
export function oauthProviders(): AuthOptions["providers"] {
  const { GITHUB_ID, GITHUB_SECRET, OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = config();
  const found: AuthOptions["providers"] = [];
  if (GITHUB_ID && GITHUB_SECRET) found.push(github(GITHUB_ID, GITHUB_SECRET));
  if (OIDC_ISSUER && OIDC_CLIENT_ID && OIDC_CLIENT_SECRET) {
    found.push(oidc(OIDC_NAME, OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET));
  }
  return found;
}

function github(clientId: string, clientSecret: string): OAuthConfig<GitHubUser> {
  return {
    id: "github",
    name: "GitHub",
    type: "oauth",
    clientId,
    clientSecret,
    issuer: "https://github.com/login/oauth",
    authorization: { url: "https://github.com/login/oauth/authorize", params: { scope: "read:user user:email" } },
    token: "https://github.com/login/oauth/access_token",
    checks: ["pkce", "state"],
    httpOptions: { timeout: PATIENCE_MS },
    userinfo: {
      url: "https://api.github.com/user",
      // The address in the profile is whatever the person shows in public; the list says which are verified.
      async request({ client, tokens }) {
        const token = tokens.access_token ?? "";
        const user = await client.userinfo(token);
        const emails = await client.requestResource("https://api.github.com/user/emails", token, {
          headers: { Accept: "application/vnd.github+json" },
        });
        return { ...user, emails: JSON.parse(emails.body?.toString() ?? "[]") };
      },
    },
    profile,
  };
}

function oidc(name: string, issuer: string, clientId: string, clientSecret: string): OAuthConfig<OidcClaims> {
  return {
    id: "oidc",
    name,
    type: "oauth",
    clientId,
    clientSecret,
    wellKnown: `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    authorization: { params: { scope: "openid email profile" } },
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    httpOptions: { timeout: PATIENCE_MS },
    userinfo: {
      // Many issuers keep the claims about an address out of the id token. The client compares the subjects.
      async request({ client, tokens }) {
        const claims = "claims" in tokens ? (tokens as { claims(): object }).claims() : {};
        return { ...claims, ...(await client.userinfo(tokens as Parameters<typeof client.userinfo>[0])) };
      },
    },
    profile,
  };
}

/** An identity from the raw profile of a provider. */
export function identityOf(providerId: string, raw: unknown): Identity {
  return providerId === "github" ? githubIdentity(raw as GitHubUser) : oidcIdentity(raw as OidcClaims);
}

function githubIdentity({ id, login, name, emails }: GitHubUser): Identity {
  const primary = Array.isArray(emails) ? emails.find((email) => email.primary && email.verified) : undefined;
  return {
    provider: storedAs("github"),
    providerAccountId: String(id),
    verifiedEmail: primary?.email.toLowerCase() ?? null,
    username: login,
    name,
  };
}

function oidcIdentity({ sub, email, email_verified, preferred_username, nickname, name }: OidcClaims): Identity {
  return {
    provider: storedAs("oidc"),
    providerAccountId: sub,
    verifiedEmail: email !== undefined && email_verified === true ? email.toLowerCase() : null,
    username: preferred_username ?? nickname ?? name ?? "",
    name: name ?? null,
  };
}
