import "server-only";
import type { User } from "@/lib/protocol/users";
import { query, type Statement } from "./db";
import { FieldError, HttpError } from "./http/errors";
import { isId, newId } from "./ids";
import { PictureError } from "./pictures/decode";
import { takeSquare } from "./pictures/uploads";
import { announcedChange, changeAndAnnounce } from "./user-changes";

/** Pixels of a side; shown at 40 at most, and on dense screens. */
const SIDE = 256;

const SET_AVATAR = announcedChange(
  "set_avatar",
  `stored AS (
     INSERT INTO avatars (id, user_id, bytes) VALUES ($2, $1, $3)
     ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, bytes = excluded.bytes
   ), changed AS (UPDATE users SET avatar_id = $2 WHERE id = $1 RETURNING *)`,
);

const REMOVE_AVATAR = announcedChange(
  "remove_avatar",
  `removed AS (DELETE FROM avatars WHERE user_id = $1),
   changed AS (UPDATE users SET avatar_id = NULL WHERE id = $1 AND avatar_id IS NOT NULL RETURNING *)`,
);

/**
 * Gives a user a picture, of which nothing is kept but its pixels. What is no picture, or takes too much to open, is a
 * field error; 503 where too many people upload.
 * @param read reads the upload; called once there is room for it.
 */
export async function setAvatar(userId: string, read: () => Promise<Uint8Array>): Promise<User> {
  return changeAndAnnounce(SET_AVATAR, [userId, newId(), await squareOf(userId, SIDE, read)]);
}

/** A square of an upload, of which nothing is kept but its pixels; what is no picture is a field error. */
export async function squareOf(userId: string, side: number, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await takeSquare(userId, side, read);
  } catch (error) {
    if (error instanceof PictureError) throw new FieldError({ avatar: error.reason });
    throw error;
  }
}

export function removeAvatar(userId: string): Promise<User> {
  return changeAndAnnounce(REMOVE_AVATAR, [userId]);
}

const AVATAR: Statement = {
  name: "avatar",
  text: `SELECT bytes FROM avatars WHERE id = $1
         UNION ALL
         SELECT a.bytes FROM group_avatars a JOIN groups g ON g.conversation_id = a.conversation_id
         WHERE a.id = $1
           AND (g.access = 'open' OR EXISTS (SELECT FROM participants p WHERE p.conversation_id = g.conversation_id AND p.user_id = $2))`,
};

/** The bytes of an avatar, as WebP: of a user, or of a group that the viewer may see. */
export async function requireAvatar(viewer: User, avatarId: string): Promise<Uint8Array> {
  const [avatar] = isId(avatarId) ? await query<{ bytes: Uint8Array }>(AVATAR, [avatarId, viewer.id]) : [];
  if (!avatar) throw new HttpError("avatar_not_found");
  return avatar.bytes;
}
