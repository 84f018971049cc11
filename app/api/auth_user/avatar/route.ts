import { AVATAR_BODY_MAX, AVATAR_BODY_MS } from "@/lib/protocol/limits";
import { removeAvatar, setAvatar } from "@/lib/server/avatars";
import { readBytes } from "@/lib/server/http/body";
import { HttpError } from "@/lib/server/http/errors";
import { json, route } from "@/lib/server/http/route";

export const PUT = route({ limit: "upload" }, async ({ user, request }) => {
  if (!request.headers.get("content-type")?.startsWith("image/")) throw new HttpError("avatar_not_sent_as_image");
  return json(200, await setAvatar(user.id, () => readBytes(request, AVATAR_BODY_MAX, AVATAR_BODY_MS)));
});

export const DELETE = route({ limit: "profile" }, async ({ user }) => json(200, await removeAvatar(user.id)));
