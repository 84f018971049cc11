import type { z } from "zod";
import { ErrorMessage, FieldErrors } from "@/lib/protocol/errors";

/** An answer that is not the one asked for. `status` 0: no answer came, so trying again may help. */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    readonly status: number,
    /** A sentence for a person. */
    message: string,
    /** A sentence for each field, of a 422. */
    readonly fields: Readonly<Record<string, string>> = {},
    /** Milliseconds to wait before the next try, where the server said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
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
      throw Object.assign(new ApiError(0, "There is no connection to the server."), { cause });
    });
    if (response.status === 401) options.onUnauthorized?.();
    const text = await response.text().catch(() => "");
    if (!response.ok) throw errorOf(response, text);
    const parsed = schema.safeParse(json(text));
    if (!parsed.success) throw Object.assign(new ApiError(502, "The server gave an answer of an unknown shape."), { cause: parsed.error });
    return parsed.data;
  };
}

/** What of these is given, as the query of an address. */
export function query(given: Record<string, string | number | boolean | undefined>): string {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined && value !== "");
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)]))}`;
}

function errorOf(response: Response, text: string): ApiError {
  const body = json(text);
  const fields = FieldErrors.safeParse(body);
  const said = ErrorMessage.safeParse(body);
  const sentence = fields.success ? Object.values(fields.data.errors)[0] : said.success ? said.data.message : undefined;
  return new ApiError(
    response.status,
    sentence ?? `The server answered with ${response.status}.`,
    fields.success ? fields.data.errors : {},
    retryAfter(response.headers.get("retry-after")),
  );
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
