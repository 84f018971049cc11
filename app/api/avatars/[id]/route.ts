import { requireAvatar } from "@/lib/server/avatars";
import { picture, route } from "@/lib/server/http/route";

/** A new picture has a new id, so a browser need not ask twice. */
export const GET = route({ limit: "read" }, async ({ user, params }) =>
  picture(await requireAvatar(user, params.id), "private, max-age=31536000, immutable"),
);
