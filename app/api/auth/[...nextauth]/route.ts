import { handleAuth } from "@/lib/server/auth/next-auth-handler";
import { route } from "@/lib/server/http/route";

export const GET = route({ auth: "none", limit: "auth" }, ({ request }) => handleAuth(request));

export const POST = GET;
