import { noContent, route } from "@/lib/server/http/route";
import { readAll } from "@/lib/server/reading";

export const POST = route({ limit: "change" }, async ({ user }) => {
  await readAll(user);
  return noContent();
});
