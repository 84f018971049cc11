import { requireAvatar } from "@/lib/server/avatars";
import { route } from "@/lib/server/http/route";

/** A new picture has a new id, so a browser need not ask twice. */
export const GET = route({ limit: "read" }, async ({ params }) => {
  const headers = {
    "Content-Type": "image/webp",
    "Content-Disposition": 'inline; filename="picture.webp"',
    "Cache-Control": "private, max-age=31536000, immutable",
  };
  return new Response((await requireAvatar(params.id)) as BodyInit, { headers });
});
