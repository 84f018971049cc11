import "server-only";
import { query, type Statement } from "./db";

const IS_ADMINISTRATOR: Statement = { name: "is_administrator", text: "SELECT administrator FROM users WHERE id = $1" };

/** Whether somebody may do what concerns the whole server. The first account may; see the migration that adds it. */
export async function isAdministrator(userId: string): Promise<boolean> {
  const [row] = await query<{ administrator: boolean }>(IS_ADMINISTRATOR, [userId]);
  return row?.administrator ?? false;
}
