import { randomUUID } from "node:crypto";
import routes from "parley:routes";
import { hashPassword } from "@/lib/server/auth/passwords";
import { sql } from "./database";
import { invite, makeGroup, tokenOf } from "./groups";
import { type Person, type RequestOptions, request, signIn } from "./person";
import { somebody } from "./talk";

/** What the address of a call can name: a conversation with a message in it, a group, and things of one of its participants. */
export interface Place {
  /** A group that only administrators change and add people to, somebody in it, and a link to it. */
  group: string;
  other: string;
  invite: string;
  /** Of a link to another group, which has a picture. */
  token: string;

  conversation: string;
  message: string;
  avatar: string;
  session: string;
  identity: string;
  notice: string;
}

/** `GET /api/…` of every route that the host serves. */
export const CALLS = routes.flatMap(({ pattern, module }) => Object.keys(module).map((method) => `${method} ${pattern}`));

export type Call = (place: Place) => Promise<{ path: string; options: RequestOptions }> | { path: string; options: RequestOptions };

const PASSWORD = "correct horse battery";
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

const to =
  (path: string, options: RequestOptions = {}): Call =>
  () => ({ path, options });

const CLIENT_ID = "0b9f0a3e-6f0c-4c0e-9a55-5d3f3d1f7a11";

/** As a page of ours sends it without script, which is the only one that these calls take. */
const form = (fields: Record<string, string>): RequestOptions => ({
  body: new URLSearchParams(fields),
  headers: { "Sec-Fetch-Site": "same-origin" },
});

const inConversation =
  (path = "", options: RequestOptions = {}): Call =>
  ({ conversation }) => ({ path: `/api/conversations/${conversation}${path}`, options });

const inGroup =
  (path = "", options: RequestOptions = {}): Call =>
  ({ group }) => ({ path: `/api/groups/${group}${path}`, options });

const toOther =
  (options: RequestOptions = {}): Call =>
  ({ group, other }) => ({ path: `/api/groups/${group}/participants/${other}`, options });

const byLink =
  (path = ""): Call =>
  ({ token }) => ({ path: `/api/invites/${token}${path}`, options: {} });

/** A well-formed request for each call. */
const REQUESTS: Record<string, Call> = {
  "GET /api/auth/[...nextauth]": to("/api/auth/csrf"),
  "POST /api/auth/[...nextauth]": to("/api/auth/signout"),
  "GET /api/auth_user": to("/api/auth_user"),
  "PATCH /api/auth_user": to("/api/auth_user", { json: { name: "Somebody" } }),
  "PUT /api/auth_user/avatar": to("/api/auth_user/avatar", { body: PIXEL, headers: { "Content-Type": "image/png" } }),
  "DELETE /api/auth_user/avatar": to("/api/auth_user/avatar"),
  "PUT /api/auth_user/password": to("/api/auth_user/password", { json: { currentPassword: PASSWORD, newPassword: PASSWORD } }),
  "GET /api/avatars/[id]": ({ avatar }) => ({ path: avatar, options: {} }),
  "GET /api/conversations": to("/api/conversations?limit=100"),
  "POST /api/conversations": async () => ({ path: "/api/conversations", options: { json: { username: (await somebody()).username } } }),
  "GET /api/conversations/[id]": inConversation(),
  "GET /api/conversations/[id]/other_participant": inConversation("/other_participant"),
  "GET /api/conversations/[id]/messages": inConversation("/messages"),
  "POST /api/conversations/[id]/messages": inConversation("/messages", { json: { content: "hello" } }),
  "POST /api/conversations/[id]/read_messages": inConversation("/read_messages"),
  "PATCH /api/conversations/[id]/place": inConversation("/place", { json: { notify: "mentions" } }),
  "GET /api/conversations/[id]/messages/[messageId]/readers": ({ conversation, message }) => ({
    path: `/api/conversations/${conversation}/messages/${message}/readers`,
    options: {},
  }),
  "POST /api/read_all": to("/api/read_all"),
  "GET /api/groups": to("/api/groups"),
  "POST /api/groups": to("/api/groups", { json: { name: "Another" } }),
  "GET /api/groups/[id]": inGroup(),
  "PATCH /api/groups/[id]": inGroup("", { json: { access: "private", permissions: { pin: "administrators" }, description: "Changed" } }),
  "PUT /api/groups/[id]/avatar": inGroup("/avatar", { body: PIXEL, headers: { "Content-Type": "image/png" } }),
  "DELETE /api/groups/[id]/avatar": inGroup("/avatar"),
  "GET /api/groups/[id]/participants": inGroup("/participants"),
  "GET /api/groups/[id]/online": inGroup("/online"),
  "POST /api/groups/[id]/participants": async ({ group }) => ({
    path: `/api/groups/${group}/participants`,
    options: { json: { usernames: [(await somebody()).username] } },
  }),
  "PATCH /api/groups/[id]/participants/[userId]": toOther({ json: { role: "administrator" } }),
  "DELETE /api/groups/[id]/participants/[userId]": toOther(),
  "POST /api/groups/[id]/join": inGroup("/join"),
  "GET /api/groups/[id]/invites": inGroup("/invites"),
  "POST /api/groups/[id]/invites": inGroup("/invites"),
  "DELETE /api/groups/[id]/invites/[inviteId]": ({ group, invite }) => ({ path: `/api/groups/${group}/invites/${invite}`, options: {} }),
  "GET /api/invites/[token]": byLink(),
  "GET /api/invites/[token]/avatar": byLink("/avatar"),
  "POST /api/invites/[token]/join": byLink("/join"),
  "POST /api/forms/sign-in": to("/api/forms/sign-in", form({ username: "nobody.at.all", password: PASSWORD })),
  "POST /api/forms/sign-up": to("/api/forms/sign-up", form({ username: "x", password: PASSWORD })),
  "POST /api/forms/conversations/[id]/messages": ({ conversation }) => ({
    path: `/api/forms/conversations/${conversation}/messages`,
    options: form({ content: "hello", clientId: CLIENT_ID }),
  }),
  "GET /api/health": to("/api/health"),
  "GET /api/ready": to("/api/ready"),
  "POST /api/login": to("/api/login", { json: { username: "nobody.at.all", password: PASSWORD } }),
  "POST /api/logout": to("/api/logout"),
  "GET /api/identities": to("/api/identities"),
  "DELETE /api/identities/[id]": ({ identity }) => ({ path: `/api/identities/${identity}`, options: {} }),
  "GET /api/notices": to("/api/notices"),
  "DELETE /api/notices/[id]": ({ notice }) => ({ path: `/api/notices/${notice}`, options: {} }),
  "GET /api/messages": to("/api/messages", { headers: { Accept: "text/event-stream" } }),
  "GET /api/oauth/github": to("/api/oauth/github"),
  "POST /api/refresh_token": to("/api/refresh_token"),
  "GET /api/sessions": to("/api/sessions"),
  "DELETE /api/sessions": to("/api/sessions"),
  "DELETE /api/sessions/[id]": ({ session }) => ({ path: `/api/sessions/${session}`, options: {} }),
  "GET /api/usernames": to("/api/usernames?search=p"),
  "GET /api/users": to("/api/users?search=p"),
  "POST /api/users": to("/api/users", { json: { username: "x", password: PASSWORD } }),
  ...Object.fromEntries(["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) => [`${method} /api/[...path]`, to("/api/nothing")])),
};

let hash: Promise<string> | undefined;

/** What only its owner may touch: another device of theirs, an identity beside their password, a notice. */
export async function belongings(of: Person): Promise<Pick<Place, "session" | "identity" | "notice">> {
  const { sessionId } = await signIn(of);
  const notice = randomUUID();
  hash ??= hashPassword(PASSWORD);
  await sql("UPDATE users SET password_hash = $2 WHERE id = $1", [of.id, await hash]);
  await sql("INSERT INTO notices (id, user_id, code, params) VALUES ($1, $2, 'password_set', '{}')", [notice, of.id]);
  const [identity] = await sql<{ id: string }>(
    "INSERT INTO accounts (provider, provider_account_id, user_id) VALUES ('https://id.test', $1, $2) RETURNING id",
    [randomUUID(), of.id],
  );
  return { session: sessionId, identity: identity?.id ?? "", notice };
}

/** Somebody new in a group, and a link to it, which has ended; and another group with a picture and a link. */
export async function inAndAround(group: string, owner: Person): Promise<Pick<Place, "group" | "other" | "invite" | "token">> {
  const [other, linked] = await Promise.all([somebody(), makeGroup(owner)]);
  await sql("INSERT INTO participants (conversation_id, user_id) VALUES ($1, $2)", [group, other.id]);
  await sql("INSERT INTO group_avatars (id, conversation_id, bytes) VALUES ($1, $2, 'a picture')", [randomUUID(), linked.id]);
  const ended = randomUUID();
  await sql("INSERT INTO invites (id, conversation_id, creator_id, token, expires_at) VALUES ($1, $2, $3, $4, now())", [
    ended,
    group,
    owner.id,
    ended,
  ]);
  return { group, other: other.id, invite: ended, token: tokenOf(await invite(owner, linked.id)) };
}

/** Makes a call; throws for one that has no request yet. */
export async function make(call: string, place: Place, headers: Record<string, string> = {}): Promise<Response> {
  const found = REQUESTS[call];
  if (!found) throw new Error(`${call} is missing in tests/support/calls.ts.`);
  const { path, options } = await found(place);
  return request(path, { ...options, method: call.split(" ")[0], headers: { ...options.headers, ...headers } });
}

/** How a caller says who they are: as a program does, and as a page of ours does. */
export const CREDENTIALS = {
  bearer: ({ token }: Pick<Person, "token">): Record<string, string> => ({ Authorization: `Bearer ${token}` }),
  cookie: ({ token }: Pick<Person, "token">): Record<string, string> => ({
    Cookie: `parley.session=${token}`,
    "Sec-Fetch-Site": "same-origin",
  }),
};
