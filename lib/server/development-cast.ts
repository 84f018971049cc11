import "server-only";
import type { User } from "@/lib/protocol/users";
import { config } from "./config";
import { query, type Statement } from "./db";
import { toUser, USER_COLUMNS, type UserRow } from "./rows";

/** The oldest accounts: in a demonstration, its cast. */
const OLDEST: Statement = { name: "oldest_users", text: `SELECT ${USER_COLUMNS} FROM users u ORDER BY u.id LIMIT 8` };

/** Whom the development login offers by one click; nobody where it is off. Without pictures, which only the signed-in may see. */
export async function developmentCast(): Promise<User[]> {
  if (!config().DEV_LOGIN) return [];
  return (await query<UserRow>(OLDEST, [])).map((row) => ({ ...toUser(row), avatarURL: null }));
}
