import "server-only";
import type { z } from "zod";
import type { ErrorBody } from "@/lib/protocol/errors/body";
import { FORM_BODY_MAX, JSON_BODY_MAX } from "@/lib/protocol/limits";
import type { User } from "@/lib/protocol/users";
import { type Authenticated, authenticate, claimedUserId } from "../auth/authenticate";
import { renewCookie } from "../auth/renewal";
import { isUnavailable } from "../db";
import { newId } from "../ids";
import { log } from "../log";
import { addressOf, enforceLimit, type LimitName } from "../rate-limits";
import { noPageHeaders } from "./answer-headers";
import { readForm, readJson } from "./body";
import { FieldError, HttpError } from "./errors";
import { isKnownHost } from "./known-host";
import { loggedPath } from "./logged-path";
import { requireMadeFor } from "./made-for";
import { requireSameOrigin } from "./same-origin";

/** Of these refusals it matters from where they were caused: no sign-in, another site, too often. */
const TELLS_ADDRESS = new Set([401, 403, 429]);

/** Whose request it is. */
export type Caller = { user: User; session: { id: string } };

type Auth = "required" | "optional" | "none" | "stream";

/** What the folders of app/api are named after; of a route those that its path has. */
type Params = { id: string; userId: string; messageId: string; inviteId: string; token: string };

type Options<A extends Auth, B extends z.ZodType, Q extends z.ZodType> = {
  /** "stream" also takes `?token=`, which nothing else may; "optional" tells who it is where somebody is signed in. */
  auth?: A;
  /** The shape of the JSON body; without it the body is not read. */
  body?: B;
  /** A request without a body counts as `{}`. */
  optionalBody?: boolean;
  /** In place of `body`: the form of a page without script. It is taken from our own pages only, token or not. */
  form?: Form<B>;
  query?: Q;
  /** The rate limit that the request counts towards, by user or, where nobody is signed in, by address. */
  limit?: LimitName;
};

/** Why a request was refused, as every route tells it. */
export type Refusal = { status: number; body: ErrorBody; headers: Record<string, string> };

export type Form<B extends z.ZodType> = {
  shape: B;
  /**
   * The page that says what is wrong and holds what was typed. `fields` is all that was sent, as it was sent: nothing
   * where it did not come from a page of ours.
   */
  refused: (refusal: Refusal, fields: Readonly<Record<string, string>>, params: Params) => Answer;
};

type Input<A extends Auth, B extends z.ZodType, Q extends z.ZodType> = {
  request: Request;
  requestId: string;
  params: Params;
  body: z.infer<B>;
  query: z.infer<Q>;
} & (A extends "none" ? unknown : A extends "optional" ? Partial<Caller> : Caller);

/**
 * What a Response will be made of, with all its headers at once: setting one on a Response that exists makes
 * it build its own and costs a host the short way to the socket.
 */
class Reply {
  constructor(
    readonly status: number,
    readonly body: string | null,
    readonly headers?: Record<string, string>,
  ) {}
}

type Answer = Reply | Response;

/** What Next and our own host call alike. */
export type RouteHandler = (request: Request, context: { params: Promise<unknown> }) => Promise<Response>;

/**
 * Makes a route handler: authenticate → limit → parse → call → respond. Whatever is thrown on the way
 * becomes the contract's error, so that a route states only what is its own.
 */
export function route<A extends Auth = "required", B extends z.ZodType = z.ZodType<undefined>, Q extends z.ZodType = z.ZodType<undefined>>(
  options: Options<A, B, Q>,
  handle: (input: Input<A, B, Q>) => Promise<Answer> | Answer,
): RouteHandler {
  const auth: Auth = options.auth ?? "required";
  return async (request, context) => {
    const requestId = newId();
    const started = performance.now();
    let caller: Authenticated | null = null;
    let fields: Record<string, string> = {};
    let response: Response;
    try {
      if (!isKnownHost(request.headers)) throw new HttpError("unknown_host");
      if (options.form) {
        requireSameOrigin(request);
        await enforceLimit("form", { userId: claimedUserId(request.headers), address: addressOf(request) });
        fields = await readForm(request, FORM_BODY_MAX);
      }
      if (auth === "optional") caller = await authenticate(request);
      else if (auth !== "none") caller = await requireCaller(request, auth, fields.user);
      if (options.limit) {
        await enforceLimit(options.limit, { userId: caller?.user.id, address: addressOf(request) });
      }
      const input = {
        ...caller,
        request,
        requestId,
        params: await context.params,
        query: options.query && parse(options.query, searchOf(request)),
        body: options.form
          ? parse(options.form.shape, fields)
          : options.body && parse(options.body, await readJson(request, JSON_BODY_MAX, options.optionalBody ?? false)),
      };
      response = toResponse(await handle(input as Input<A, B, Q>), requestId);
      if (caller) await renewCookie(request, caller, response);
    } catch (error) {
      const refusal = refusalOf(error, requestId);
      const page = options.form?.refused(refusal, fields, (await context.params) as Params);
      response = toResponse(page ?? json(refusal.status, refusal.body, refusal.headers), requestId);
    }
    const { method, url } = request;
    log.info({
      requestId,
      method,
      path: pathOf(url),
      status: response.status,
      userId: caller?.user.id,
      address: TELLS_ADDRESS.has(response.status) ? addressOf(request) : undefined,
      ms: Math.round((performance.now() - started) * 10) / 10,
    });
    return response;
  };
}

/** Answers with a value as JSON. */
export function json(status: number, value: unknown, headers?: Record<string, string>): Reply {
  return new Reply(status, JSON.stringify(value), { "Content-Type": "application/json", ...headers });
}

/** Answers with the bytes of a WebP picture. @param cached a `Cache-Control` */
export function picture(bytes: Uint8Array, cached: string): Response {
  const headers = {
    "Content-Type": "image/webp",
    "Content-Disposition": 'inline; filename="picture.webp"',
    "Cache-Control": cached,
  };
  return new Response(bytes as BodyInit, { headers });
}

export function noContent(headers?: Record<string, string>): Reply {
  return new Reply(204, null, headers);
}

/** Answers a form with a page to go to, which a reload then repeats without sending the form again. */
export function seeOther(path: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ Location: path });
  for (const cookie of cookies) headers.append("Set-Cookie", cookie);
  return new Response(null, { status: 303, headers });
}

async function requireCaller(request: Request, auth: Auth, madeAs: string | undefined): Promise<Authenticated> {
  const found = await authenticate(request, { queryToken: auth === "stream" });
  if (!found) {
    // Whoever tries tokens is slowed down; a good one from the same address goes on being taken.
    await enforceLimit("unauthorized", { address: addressOf(request) });
    throw new HttpError("sign_in_required");
  }
  if (found.via === "cookie" && request.method !== "GET" && request.method !== "HEAD") requireSameOrigin(request);
  const inAddress = auth === "stream" ? new URL(request.url).searchParams.get("user") : null;
  requireMadeFor(request.headers.get("parley-user") ?? madeAs ?? inAddress, found.user.id);
  return found;
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const result = schema.safeParse(value);
  if (!result.success) throw FieldError.of(result.error);
  return result.data;
}

function searchOf(request: Request): Record<string, string> {
  const start = request.url.indexOf("?");
  return start < 0 ? {} : Object.fromEntries(new URLSearchParams(request.url.slice(start + 1)));
}

function pathOf(url: string): string {
  return loggedPath(url.slice(url.indexOf("/", url.indexOf("://") + 3)));
}

function refusalOf(error: unknown, requestId: string): Refusal {
  if (error instanceof FieldError || error instanceof HttpError) return error;
  log.error({ requestId, err: error }, "a request failed");
  return isUnavailable(error) ? new HttpError("database_unreachable", { retryAfter: 2 }) : new HttpError("server_failed");
}

/** The same headers from every host. A route that lets its answer be cached has said so itself. */
function toResponse(answer: Answer, requestId: string): Response {
  const ours: Record<string, string> = {
    ...noPageHeaders(),
    "X-Request-Id": requestId,
    "Cache-Control": "private, no-store",
  };
  if (answer instanceof Reply) return new Response(answer.body, { status: answer.status, headers: { ...ours, ...answer.headers } });
  for (const [name, value] of Object.entries(ours)) if (!answer.headers.has(name)) answer.headers.set(name, value);
  return answer;
}
