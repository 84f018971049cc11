import { z } from "zod";
import { Conversation } from "@/lib/protocol/conversations";
import { ErrorMessage, FieldErrors } from "@/lib/protocol/errors";
import { Message } from "@/lib/protocol/messages";
import { FoundUser, User } from "@/lib/protocol/users";

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

export type Page = { limit?: number; before?: string; after?: string; around?: string };
export type ListPage = { limit?: number; before?: string; unread?: boolean };
export type Api = ReturnType<typeof createApi>;

/** An answer that takes longer is given up, and asked for again where that is harmless. */
const PATIENCE_MS = 20_000;

/**
 * The contract as functions. Every answer is parsed; every failure is an ApiError, except an abort by the caller.
 * Requests name the user they are made for, so that a tab of one person never acts with the cookie of another
 * who has signed in since.
 */
export function createApi(options: { userId: string; fetch?: typeof fetch; onUnauthorized?: () => void }) {
  const send = options.fetch ?? ((input, init) => fetch(input, init));

  async function request<T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown, signal?: AbortSignal): Promise<T> {
    const timeout = AbortSignal.timeout(PATIENCE_MS);
    const headers: Record<string, string> = { accept: "application/json", "parley-user": options.userId };
    if (body !== undefined) headers["content-type"] = "application/json";
    const response = await send(`/api${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
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
  }

  return {
    authUser: (signal?: AbortSignal) => request("GET", "/auth_user", User, undefined, signal),
    users: (search: string, signal?: AbortSignal) =>
      request("GET", `/users?${new URLSearchParams({ search })}`, z.array(FoundUser), undefined, signal),
    conversations: (page: ListPage = {}, signal?: AbortSignal) =>
      request("GET", `/conversations${query(page)}`, z.array(Conversation), undefined, signal),
    conversation: (id: string, signal?: AbortSignal) => request("GET", `/conversations/${id}`, Conversation, undefined, signal),
    /** Where the two already have one the server redirects to it, and fetch follows. */
    startConversation: (username: string) => request("POST", "/conversations", Conversation, { username }),
    messages: (id: string, page: Page = {}, signal?: AbortSignal) =>
      request("GET", `/conversations/${id}/messages${query(page)}`, z.array(Message), undefined, signal),
    sendMessage: (id: string, input: { content: string; clientId: string }) =>
      request("POST", `/conversations/${id}/messages`, Message, input),
    markRead: (id: string, upTo: string) => request("POST", `/conversations/${id}/read_messages`, z.unknown(), { upTo }),
  };
}

function query(page: Page | ListPage): string {
  const given = Object.entries(page).filter(([, value]) => value !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`;
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
