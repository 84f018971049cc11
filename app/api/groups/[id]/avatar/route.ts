import { AVATAR_BODY_MAX, AVATAR_BODY_MS } from "@/lib/protocol/limits";
import { removeGroupAvatar, setGroupAvatar } from "@/lib/server/group-avatars";
import { readBytes } from "@/lib/server/http/body";
import { HttpError } from "@/lib/server/http/errors";
import { json, route } from "@/lib/server/http/route";

export const PUT = route({ limit: "upload" }, async ({ user, params, request }) => {
  if (!request.headers.get("content-type")?.startsWith("image/")) throw new HttpError("picture_not_sent_as_image");
  return json(200, await setGroupAvatar(user, params.id, () => readBytes(request, AVATAR_BODY_MAX, AVATAR_BODY_MS)));
});

export const DELETE = route({ limit: "change" }, async ({ user, params }) => json(200, await removeGroupAvatar(user, params.id)));
