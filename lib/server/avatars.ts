import "server-only";
import type { User } from "@/lib/protocol/users";
import { prisma } from "./db";
import { FieldError, notFound } from "./http/errors";
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
  return changeAndAnnounce(SET_AVATAR, [userId, newId(), await squareOf(userId, read)]);
}

async function squareOf(userId: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await takeSquare(userId, SIDE, read);
  } catch (error) {
    if (error instanceof PictureError) throw new FieldError({ avatar: error.message });
    throw error;
  }
}

export function removeAvatar(userId: string): Promise<User> {
  return changeAndAnnounce(REMOVE_AVATAR, [userId]);
}

/** The bytes of an avatar, as WebP. */
export async function requireAvatar(avatarId: string): Promise<Uint8Array> {
  const avatar = isId(avatarId) ? await prisma().avatar.findUnique({ where: { id: avatarId } }) : null;
  if (!avatar) throw notFound("Avatar");
  return avatar.bytes;
}
