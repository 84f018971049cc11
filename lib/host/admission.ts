import { readdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { claimedUserId } from "@/lib/server/auth/authenticate";
import { noPageHeaders, transportHeaders } from "@/lib/server/http/answer-headers";
import { HttpError } from "@/lib/server/http/errors";
import { loggedPath } from "@/lib/server/http/logged-path";
import { log } from "@/lib/server/log";
import { addressOf, countRequest } from "@/lib/server/rate-limits";
import { errorPage } from "./error-page";

/** Characters of an address, with its query. What providers of sign-in send back stays well below. */
export const URL_MAX = 8_192;

const API_METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const PAGE_METHODS = new Set(["GET", "HEAD"]);

/** What a build has made and what lies in public/: the same for everybody, and kept by browsers. All else is a page, also where there is none. */
const BUILT = "/_next/static/";
const PUBLIC: ReadonlySet<string> = new Set(readdirSync("public").map((name) => `/${name}`));

/** Whether one of our routes answers, and not Next. */
export function isApi({ url = "/" }: IncomingMessage): boolean {
  return url.startsWith("/api/");
}

/** What proxy.ts leaves out, which gives pages their headers. */
const NO_PAGE = /^\/(?:_next\/static\/|(?:icon[\w-]*\.(?:png|svg)|manifest\.webmanifest)(?:\?|$))/;

/** What goes with an answer of Next, which adds its own. */
export function headersFor({ url = "/" }: IncomingMessage): Record<string, string> {
  return NO_PAGE.test(url) ? noPageHeaders() : transportHeaders();
}

/**
 * Throws an HttpError for what is answered before anybody looks further. Outside of /api/ nothing takes a body: Next would
 * keep it in memory for as long as the page takes.
 */
export function admit(incoming: IncomingMessage): void {
  const { url = "/", method = "GET" } = incoming;
  if (url.length > URL_MAX) throw new HttpError("address_too_long");
  const api = isApi(incoming);
  const methods = api ? API_METHODS : PAGE_METHODS;
  if (!methods.has(method)) throw new HttpError("method_not_allowed", {}, { Allow: [...methods].join(", ") });
  if (api) return;
  if (hasBody(incoming)) throw new HttpError("page_takes_no_body");
  countPage(incoming);
}

/** A route counts for itself. A page counts by the user that its cookie names, whose session the page looks up, and by address. */
function countPage(incoming: IncomingMessage): void {
  const { url = "/", headers: sent } = incoming;
  const address = callerAddress(incoming);
  const headers = new Headers({ cookie: sent.cookie ?? "" });
  if (url.startsWith(BUILT) || PUBLIC.has(url.split("?", 1)[0] ?? "")) return countRequest("file", { address });
  countRequest("page", { userId: claimedUserId(headers), address });
}

/** Answers with an error as routes do, or outside of /api/ with a page for a person. A body on its way is not waited for. */
export function refuse(incoming: IncomingMessage, outgoing: ServerResponse, error: unknown): void {
  const { url = "/", method } = incoming;
  if (!(error instanceof HttpError)) log.error({ err: error }, "a request failed");
  const known = error instanceof HttpError ? error : new HttpError("server_failed");
  const { body, headers } = isApi(incoming) ? { body: JSON.stringify(known.body), headers: JSON_ANSWER } : errorPage(known);
  log.info({ method, path: loggedPath(url), status: known.status, address: callerAddress(incoming) });
  outgoing.writeHead(known.status, {
    ...noPageHeaders(),
    ...headers,
    "Cache-Control": "private, no-store",
    ...known.headers,
    "Content-Length": Buffer.byteLength(body),
    ...(hasBody(incoming) ? { Connection: "close" } : {}),
  });
  outgoing.end(body);
}

const JSON_ANSWER = { "Content-Type": "application/json" };

/** As caller.ts has named it. */
function callerAddress({ headers }: IncomingMessage): string {
  return addressOf({ headers: new Headers({ "x-parley-address": String(headers["x-parley-address"]) }) });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}
