import "server-only";
import { reason } from "@/lib/protocol/errors/codes";
import { type User, Username } from "@/lib/protocol/users";
import { usernameKey } from "./auth/usernames";
import { query, type Statement } from "./db";
import { FieldError } from "./http/errors";
import { toUser, USER_COLUMNS, type UserRow } from "./rows";

const USERS_BY_NAME: Statement = {
  name: "users_by_name",
  text: `SELECT ${USER_COLUMNS}, u.username_key FROM users u WHERE u.username_key = ANY ((SELECT $1::text[])::text[])`,
};

/** People by their usernames, without regard to case; null for a name that nobody has. */
export async function findUsers(usernames: readonly string[]): Promise<(User | null)[]> {
  const keys = usernames.map((name) => (Username.safeParse(name).success ? usernameKey(name.trim()) : ""));
  const rows = await query<UserRow & { username_key: string }>(USERS_BY_NAME, [[...new Set(keys)]]);
  const found = new Map(rows.map((row) => [row.username_key, toUser(row)]));
  return keys.map((key) => found.get(key) ?? null);
}

/** The same, each of them once; a name that nobody has is an error of the field `usernames`. */
export async function requireUsers(usernames: readonly string[]): Promise<User[]> {
  const found = usernames.length === 0 ? [] : await findUsers(usernames);
  const unknown = usernames.filter((_, i) => !found[i]);
  if (unknown.length > 0) throw new FieldError({ usernames: reason("usernames_unknown", { usernames: unknown.slice(0, 3) }) });
  return [...new Map(found.flatMap((user) => (user ? [[user.id, user]] : []))).values()];
}
