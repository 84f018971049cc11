import { createParser } from "eventsource-parser";
import { host } from "./host";

/** Messages and conversations as the reference demo's pages know them. */
export type DemoUser = { id: string; username: string; avatarURL: string | null };
export type DemoMessage = { id: string; content: string; conversationId: string; createdAt: string; mine: boolean };
export type DemoConversation = { id: string; otherParticipant: DemoUser; lastMessage: DemoMessage; hasUnreadMessages: boolean };

/** What the demo's pages catch: `body` is the answer's JSON, or its text. */
export class DemoError extends Error {
  constructor(
    message: string,
    readonly statusCode: number,
    readonly body: { message?: string; errors?: Record<string, string> },
  ) {
    super(message);
  }
}

/**
 * The client of the reference demo ("Building a Messenger App"), call for call as its pages make them: a token in
 * `Authorization`, redirects followed by the browser, a reading without a body, and an EventSource that has its
 * token in the address and knows the unnamed event only. What it never sends (client ids, limits, cursors) it never sends here.
 */
export class ReferenceClient {
  token: string | null = null;

  async login(username: string): Promise<DemoUser> {
    const { authUser, token, expiresAt } = await this.post<{ authUser: DemoUser; token: string; expiresAt: string }>("/api/login", {
      username,
    });
    if (!(new Date(expiresAt) > new Date())) throw new Error(`The demo takes ${expiresAt} for the past, and signs out.`);
    this.token = token;
    return authUser;
  }

  authUser = (): Promise<DemoUser> => this.get("/api/auth_user");
  refreshToken = (): Promise<{ token: string; expiresAt: string }> => this.post("/api/refresh_token");
  searchUsernames = (search: string): Promise<string[]> => this.get(`/api/usernames?search=${search}`);
  createConversation = (username: string): Promise<DemoConversation> => this.post("/api/conversations", { username });
  conversations = (before?: string): Promise<DemoConversation[]> => this.get(`/api/conversations${before ? `?before=${before}` : ""}`);
  conversation = (id: string): Promise<DemoConversation> => this.get(`/api/conversations/${id}`);
  otherParticipant = (id: string): Promise<DemoUser> => this.get(`/api/conversations/${id}/other_participant`);
  messages = (id: string, before?: string): Promise<DemoMessage[]> =>
    this.get(`/api/conversations/${id}/messages${before ? `?before=${before}` : ""}`);
  createMessage = (id: string, content: string): Promise<DemoMessage> => this.post(`/api/conversations/${id}/messages`, { content });
  readMessages = (id: string): Promise<unknown> => this.post(`/api/conversations/${id}/read_messages`);

  /** Resolves once the stream is open; returns how to close it. */
  async subscribe(callback: (message: DemoMessage) => void): Promise<() => void> {
    const closing = new AbortController();
    const headers = { Accept: "text/event-stream", "Cache-Control": "no-cache" };
    const response = await (await host()).fetch(`/api/messages?token=${this.token}`, { headers, signal: closing.signal });
    if (response.status !== 200 || !response.body) throw new Error(`EventSource gives up on ${response.status}.`);
    const parser = createParser({ onEvent: ({ event, data }) => event === undefined && callback(JSON.parse(data)) });
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const pump = async () => {
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read())
        parser.feed(decoder.decode(chunk.value, { stream: true }));
    };
    pump().catch(() => {});
    return () => {
      closing.abort();
      reader.cancel().catch(() => {});
    };
  }

  private get<T>(path: string): Promise<T> {
    return this.handle(path, { headers: this.authHeader() });
  }

  private post<T>(path: string, body?: object): Promise<T> {
    const headers = body ? { ...this.authHeader(), "content-type": "application/json; charset=utf-8" } : this.authHeader();
    return this.handle(path, { method: "POST", headers, body: body && JSON.stringify(body) });
  }

  private authHeader(): Record<string, string> {
    return this.token === null ? {} : { authorization: `Bearer ${this.token}` };
  }

  private async handle<T>(path: string, init: RequestInit): Promise<T> {
    const response = await follow(path, init);
    const body = await response
      .clone()
      .json()
      .catch(() => response.text());
    if (!response.ok) throw new DemoError(body.message ?? response.statusText, response.status, body);
    return body;
  }
}

/** What fetch does in a browser: a POST that is answered with 302 goes on as a GET, with the same `Authorization` (Fetch Standard, 4.4). */
async function follow(path: string, init: RequestInit): Promise<Response> {
  const response = await (await host()).fetch(path, init);
  const location = response.headers.get("location");
  return response.status === 302 && location ? follow(location, { headers: { ...init.headers, "content-type": "" } }) : response;
}
