import { SignUpInput } from "@/lib/protocol/users";
import { json, route } from "@/lib/server/http/route";
import { signUp } from "@/lib/server/users";

export const POST = route({ auth: "none", body: SignUpInput, limit: "sign_up" }, async ({ body }) => json(201, await signUp(body)));
