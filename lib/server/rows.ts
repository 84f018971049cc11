import "server-only";
import type { Message } from "@/lib/protocol/messages";
import type { QuietLine } from "@/lib/protocol/quiet-lines";
import type { User } from "@/lib/protocol/users";

/** Columns of a user under the alias `u`, as every raw statement selects them. */
export const USER_COLUMNS = "u.id AS user_id, u.username, u.name, u.avatar_id";

export type UserRow = { user_id: string; username: string; name: string | null; avatar_id: string | null };

export function toUser(row: UserRow): User {
  return { id: row.user_id, username: row.username, name: row.name, avatarURL: avatarURL(row.avatar_id) };
}

export function avatarURL(avatarId: string | null): string | null {
  return avatarId === null ? null : `/api/avatars/${avatarId}`;
}

/** Columns of a message under `m` and of its sender under `u`. */
export const MESSAGE_COLUMNS = `m.id AS message_id, m.conversation_id, m.seq, m.content, m.client_id, m.version, m.notice, m.created_at, ${USER_COLUMNS}`;

export type MessageRow = UserRow & {
  message_id: string;
  conversation_id: string;
  seq: number;
  content: string;
  client_id: string | null;
  version: number;
  notice?: QuietLine | null;
  created_at: Date;
};

/** A message as one participant sees it; its client id is told to its sender only. */
export function toMessage(row: MessageRow, viewerId: string): Message {
  const mine = row.user_id === viewerId;
  return {
    id: row.message_id,
    conversationId: row.conversation_id,
    seq: row.seq,
    content: row.content,
    createdAt: row.created_at.toISOString(),
    mine,
    sender: toUser(row),
    clientId: mine && row.client_id !== null ? row.client_id : undefined,
    version: row.version > 1 ? row.version : undefined,
    notice: row.notice ?? undefined,
  };
}
