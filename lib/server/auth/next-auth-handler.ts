import "server-only";
import type { NextApiRequest, NextApiResponse } from "next";
import nextAuthModule from "next-auth";
import { JSON_BODY_MAX, RECENT_SIGN_IN_MINUTES } from "@/lib/protocol/limits";
import { config } from "../config";
import { readBytes, readJson } from "../http/body";
import { HttpError } from "../http/errors";
import { requireMadeFor } from "../http/made-for";
import { forwarded, ownHost } from "../http/same-origin";
import { isRecentSignIn } from "../sessions";
import { linkingCookie } from "./linking";
import { authOptions, SIGN_IN_PAGE, signedInBefore } from "./next-auth";
import { cookieName } from "./session-cookie";

// Node's own loader gives a CommonJS module as a whole, a bundler its default export.
const NextAuth = (nextAuthModule as { default?: typeof nextAuthModule }).default ?? nextAuthModule;

// Makes next-auth believe the host of a request, which below is always the one that we determined.
process.env.AUTH_TRUST_HOST = "1";

const ACTIONS = new Set(["providers", "session", "csrf", "signin", "signout", "callback", "error", "verify-request"]);

/**
 * next-auth as a function of `Request`, so that every host can mount it. Its handler for app routes reads
 * next/headers, which only Next fills; its other one takes plain objects, and gets them here.
 */
export async function handleAuth(request: Request): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.replace(/^\/api\/auth\/?/, "").split("/");
  if (!ACTIONS.has(path[0] ?? "")) throw new HttpError("page_not_found");
  // next-auth takes it for its own fault.
  if (request.method !== "POST" && path.join("/") === "callback/credentials") {
    throw new HttpError("method_not_allowed", {}, { Allow: "POST" });
  }
  const begins = request.method === "POST" && path[0] === "signin";
  const linking = begins ? linkingCookie(await requireLinkable(request)) : null;
  const response = await call(request, {
    method: request.method,
    path,
    query: Object.fromEntries(url.searchParams),
    cookies: cookiesOf(request.headers.get("cookie")),
    body: request.method === "POST" ? await bodyOf(request) : undefined,
  });
  if (linking) response.headers.append("Set-Cookie", linking);
  return response;
}

/**
 * Who is signed in where a sign-in elsewhere begins, and wants to link an identity therefore; null for nobody. Throws
 * 401 where the page that asks was made for somebody else, and 403 for a session that is no recent sign-in.
 */
async function requireLinkable(request: Request): Promise<string | null> {
  const before = await signedInBefore(request);
  requireMadeFor(request.headers.get("parley-user"), before?.user.id);
  if (!before) return null;
  if (await isRecentSignIn(before.session.id)) return before.user.id;
  throw new HttpError("identity_needs_recent_sign_in", { minutes: RECENT_SIGN_IN_MINUTES });
}

/**
 * Sends a browser straight to a provider's sign-in, which next-auth itself begins only with a form and its
 * CSRF token: both are made here. A link on another site only gets as far as our own sign-in page, for else
 * it could link whatever that provider's cookie says to whoever is signed in here.
 */
export async function beginSignIn(request: Request, provider: string): Promise<Response> {
  if (request.headers.get("sec-fetch-site") === "cross-site") {
    return new Response(null, { status: 302, headers: { Location: SIGN_IN_PAGE } });
  }
  const linking = linkingCookie(await requireLinkable(request));
  const csrf = await call(request, { method: "GET", path: ["csrf"] });
  const response = await call(request, {
    method: "POST",
    path: ["signin", provider],
    cookies: cookiesOf(
      csrf.headers
        .getSetCookie()
        .map((cookie) => cookie.split(";")[0])
        .join(";"),
    ),
    body: { ...((await csrf.json()) as object), callbackUrl: new URL(request.url).searchParams.get("callbackUrl") ?? "/" },
  });
  for (const cookie of [...csrf.headers.getSetCookie(), linking]) response.headers.append("Set-Cookie", cookie);
  return response;
}

type Call = { method: string; path: string[]; query?: Record<string, string>; cookies?: Record<string, string>; body?: unknown };

async function call(request: Request, { path, query, cookies, ...rest }: Call): Promise<Response> {
  const headers = { ...Object.fromEntries(request.headers), ...originOf(request) };
  // It fails on an address that is none; without one it goes on to the first page.
  const input = {
    ...rest,
    query: { ...withoutBroken("callbackUrl", query), nextauth: path },
    cookies: withoutBroken(cookieName("callback-url"), cookies),
    headers,
  };
  const answer = new Answer();
  await NextAuth(input as unknown as NextApiRequest, answer as unknown as NextApiResponse, await authOptions(request));
  return answer.toResponse();
}

function withoutBroken(name: string, values: Record<string, string> = {}): Record<string, string> {
  const { [name]: address = "", ...rest } = values;
  const usable = address.startsWith("/")
    ? URL.canParse(address, "https://parley.invalid")
    : /^https?:/.test(address) && URL.canParse(address);
  return usable ? { ...rest, [name]: address } : rest;
}

/** Under which address the browser knows us: as configured, else as it says itself. */
function originOf({ headers, url }: Request): Record<string, string> {
  const { PUBLIC_URL } = config();
  const here = new URL(PUBLIC_URL ?? url);
  const proto = PUBLIC_URL ? null : forwarded(headers, "x-forwarded-proto");
  return { "x-forwarded-host": ownHost(headers) ?? here.host, "x-forwarded-proto": proto ?? here.protocol.slice(0, -1) };
}

function cookiesOf(header: string | null): Record<string, string> {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim().split("="));
  return Object.fromEntries(pairs.map(([name = "", ...value]) => [name, decode(value.join("="))]));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Forms of pages without JavaScript, and the JSON of those with it. */
async function bodyOf(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) return readJson(request, JSON_BODY_MAX, true);
  const bytes = await readBytes(request, JSON_BODY_MAX);
  return Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes)));
}

/** What next-auth calls of a Node response, gathered into a `Response`. */
class Answer {
  private statusCode = 200;
  private readonly headers = new Headers({ "Cache-Control": "private, no-store" });
  private body: string | null = null;

  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  getHeader(name: string): string | string[] | undefined {
    return name.toLowerCase() === "set-cookie" ? this.headers.getSetCookie() : (this.headers.get(name) ?? undefined);
  }

  setHeader(name: string, value: string | string[]): this {
    this.headers.delete(name);
    for (const one of [value].flat()) this.headers.append(name, one);
    return this;
  }

  json(value: unknown): void {
    this.setHeader("Content-Type", "application/json");
    this.body = JSON.stringify(value);
  }

  send(value: unknown): void {
    if (typeof value === "string") this.body = value;
    else if (value !== undefined) this.json(value);
  }

  end(): void {}

  toResponse(): Response {
    return new Response(this.body, { status: this.statusCode, headers: this.headers });
  }
}
