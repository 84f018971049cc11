import { signToken } from "@/lib/server/auth/tokens";
import { newId } from "@/lib/server/ids";
import { sql } from "./database";
import { host } from "./host";

/** `json` is sent as the body, with its content type. */
export type RequestOptions = Omit<RequestInit, "body"> & { json?: unknown; body?: BodyInit };

export interface Person {
  id: string;
  username: string;
  sessionId: string;
  token: string;
  /** A request with this person's bearer token. */
  fetch(path: string, options?: RequestOptions): Promise<Response>;
}

/** A user who is signed in, without the work of signing up. */
export async function person(username: string): Promise<Person> {
  const id = newId();
  await sql("INSERT INTO users (id, username, username_key) VALUES ($1, $2, lower($2))", [id, username]);
  return signIn({ id, username });
}

/** Named `<name>1` to `<name>n`. */
export function people(count: number, name: string): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => person(`${name}${i + 1}`)));
}

/** Another device of somebody: a session and a token of its own. */
export async function signIn({ id, username }: Pick<Person, "id" | "username">): Promise<Person> {
  const sessionId = newId();
  const { token, expiresAt } = signToken(id, sessionId);
  await sql("INSERT INTO sessions (id, user_id, user_agent, expires_at) VALUES ($1, $2, 'tests', $3)", [sessionId, id, expiresAt]);
  return {
    id,
    username,
    sessionId,
    token,
    fetch: (path, options = {}) => request(path, { ...options, headers: { Authorization: `Bearer ${token}`, ...options.headers } }),
  };
}

/** A request of nobody in particular. */
export async function request(path: string, { json, ...options }: RequestOptions = {}): Promise<Response> {
  const { fetch } = await host();
  if (json === undefined) return fetch(path, options);
  return fetch(path, { ...options, headers: { "Content-Type": "application/json", ...options.headers }, body: JSON.stringify(json) });
}
