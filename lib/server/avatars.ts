import "server-only";
import sharp from "sharp";
import type { User } from "@/lib/protocol/users";
import { prisma } from "./db";
import { FieldError, notFound } from "./http/errors";
import { isId, newId } from "./ids";
import { inTurn } from "./in-turn";
import { announcedChange, changeAndAnnounce } from "./user-changes";

/** Pixels of a side; shown at 40 at most, and on dense screens. */
const SIDE = 256;

/** Pixels of an upload; a small file can unfold into gigabytes. */
const PIXELS_MAX = 50_000_000;

// Of all that libvips reads (SVG, PDF, …) only what cameras and browsers make.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Nsgif", "Heif"].map((format) => `VipsForeignLoad${format}Buffer`),
});

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
   changed AS (UPDATE users SET avatar_id = NULL WHERE id = $1 RETURNING *)`,
);

/**
 * Gives a user a picture. What is no picture, or one that is too large, is a field error. One at a time: a picture of a
 * few kilobytes can take hundreds of megabytes while it is decoded.
 */
export async function setAvatar(userId: string, upload: Uint8Array): Promise<User> {
  return changeAndAnnounce(SET_AVATAR, [userId, newId(), await inTurn("avatars", () => square(upload))]);
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

/** Encodes anew, so that nothing of the file is kept but its pixels: upright, cut to the middle, the first frame only. */
async function square(upload: Uint8Array): Promise<Uint8Array> {
  try {
    return await sharp(upload, { limitInputPixels: PIXELS_MAX })
      .autoOrient()
      .resize(SIDE, SIDE, { fit: "cover" })
      .webp({ quality: 82 })
      .toBuffer();
  } catch {
    throw new FieldError({ avatar: "This file is not a picture that can be used. Choose a JPEG, PNG, WebP, GIF or AVIF." });
  }
}
