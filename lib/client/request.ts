import type { z } from "zod";
import { type Explanation, explanationIn } from "@/lib/protocol/errors/body";
import { type Given, type OwnCode, reason, sentence } from "@/lib/protocol/errors/codes";
import type { Reason } from "@/lib/protocol/errors/entry";

/** An answer that is not the one asked for. `status` 0: no answer came, so trying again may help. */
export class ApiError extends Error {
  override name = "ApiError";
  /** Why, for programs; null where the server is of a version that does not say it. */
  readonly reason: Reason | null;
  /** A sentence for each field, of a 422. */
  readonly fields: Readonly<Record<string, string>>;
  constructor(
    readonly status: number,
    /** `message` is a sentence for a person. */
    { message, reason = null, fields = {} }: Pick<Explanation, "message"> & Partial<Explanation>,
    /** Milliseconds to wait before the next try, where the server said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.reason = reason;
    this.fields = fields;
  }
  /** The same request may succeed later, unchanged. */
  get transient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** A page of rows that are asked for by name or in an order of their own. */
export type RowsPage = { limit?: number; before?: string; search?: string };

/** A file is sent as it is, everything else as JSON. */
export type Request = <T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown, signal?: AbortSignal) => Promise<T>;

/** An answer that takes longer is given up, and asked for again where that is harmless. */
const PATIENCE_MS = 20_000;

/**
 * Asks the server. Every answer is parsed; every failure is an ApiError, except an abort by the caller. Requests name the
 * user they are made for, so that a tab of one person never acts with the cookie of another who has signed in since.
 */
export function createRequest(options: { userId: string; fetch?: typeof fetch; onUnauthorized?: () => void }): Request {
  const send = options.fetch ?? ((input, init) => fetch(input, init));

  return async (method, path, schema, body, signal) => {
    const timeout = AbortSignal.timeout(PATIENCE_MS);
    const headers: Record<string, string> = { accept: "application/json", "parley-user": options.userId };
    const isFile = body instanceof Blob;
    if (body !== undefined) headers["content-type"] = isFile ? body.type : "application/json";
    const response = await send(`/api${path}`, {
      method,
      headers,
      body: body === undefined || isFile ? body : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    }).catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw Object.assign(new ApiError(0, own("no_connection")), { cause });
    });
    if (response.status === 401) options.onUnauthorized?.();
    const text = await response.text().catch(() => "");
    if (!response.ok) throw errorOf(response, text);
    const parsed = schema.safeParse(json(text));
    if (!parsed.success) throw Object.assign(new ApiError(502, own("answer_malformed")), { cause: parsed.error });
    return parsed.data;
  };
}

/** What of these is given, as the query of an address. */
export function query(given: Record<string, string | number | boolean | undefined>): string {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined && value !== "");
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)]))}`;
}

function errorOf(response: Response, text: string): ApiError {
  const { status, headers } = response;
  return new ApiError(status, explanationIn(json(text)) ?? own("unexplained", { status }), retryAfter(headers.get("retry-after")));
}

/** What no server has said. */
function own<C extends OwnCode>(code: C, ...given: Given<C>): Pick<Explanation, "message" | "reason"> {
  return { message: sentence(code, ...given), reason: reason(code, ...given) };
}

/** RFC 9110, 10.2.3: seconds or a date. */
function retryAfter(value: string | null): number | null {
  if (value === null) return null;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

function json(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}
