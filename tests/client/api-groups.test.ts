import { describe, expect, test, vi } from "vitest";
import { createApi } from "@/lib/client/api";
import { group, quiet, said, user } from "./support/rows";

const GROUP = group().group;
const PARTICIPANT = { user: user("ann"), role: "participant", joinedAt: "2026-11-21T12:00:00.000Z" };
const INVITE = {
  id: "i",
  url: "/join/t",
  createdAt: "2026-11-21T12:00:00.000Z",
  expiresAt: null,
  usesLeft: null,
  uses: 0,
  revokedAt: null,
  creator: user("ann"),
};
const PREVIEW = {
  group: { id: "c", name: "c", description: "", avatarURL: null, participantCount: 2 },
  by: user("ann"),
  joined: false,
};
const PICTURE = new File(["picture"], "picture.png", { type: "image/png" });

type Api = ReturnType<typeof createApi>;

describe("What is asked of the server for a group, and for what one sets for oneself", () => {
  test.each<[line: string, ask: (api: Api) => Promise<unknown>, body: unknown, answer: unknown]>([
    ["POST /api/groups", (api) => api.makeGroup({ name: "us" }), { name: "us" }, group()],
    ["GET /api/groups", (api) => api.openGroups(), undefined, [{ ...GROUP, joined: true }]],
    ["GET /api/groups?search=a%26b", (api) => api.openGroups({ search: "a&b", before: "" }), undefined, []],
    ["PATCH /api/groups/c", (api) => api.changeGroup("c", { name: "we" }), { name: "we" }, GROUP],
    ["PUT /api/groups/c/avatar", (api) => api.setGroupAvatar("c", PICTURE), PICTURE, GROUP],
    ["DELETE /api/groups/c/avatar", (api) => api.removeGroupAvatar("c"), undefined, GROUP],
    ["GET /api/groups/c/participants", (api) => api.participants("c"), undefined, [PARTICIPANT]],
    ["GET /api/groups/c/participants?limit=5&before=p", (api) => api.participants("c", { limit: 5, before: "p" }), undefined, []],
    ["POST /api/groups/c/participants", (api) => api.addParticipants("c", ["ann"]), { usernames: ["ann"] }, [PARTICIPANT]],
    ["PATCH /api/groups/c/participants/ann", (api) => api.changeRole("c", "ann", "owner"), { role: "owner" }, PARTICIPANT],
    ["DELETE /api/groups/c/participants/ann", (api) => api.removeParticipant("c", "ann"), undefined, null],
    ["POST /api/groups/c/join", (api) => api.joinGroup("c"), undefined, group()],
    ["GET /api/groups/c/invites", (api) => api.invites("c"), undefined, [INVITE]],
    ["POST /api/groups/c/invites", (api) => api.makeInvite("c", { uses: 3 }), { uses: 3 }, INVITE],
    ["DELETE /api/groups/c/invites/i", (api) => api.revokeInvite("c", "i"), undefined, null],
    ["GET /api/invites/a%2Fb", (api) => api.invite("a/b"), undefined, PREVIEW],
    ["POST /api/invites/a%2Fb/join", (api) => api.joinByInvite("a/b"), undefined, group({ lastMessage: quiet(3) })],
    ["PATCH /api/conversations/c/place", (api) => api.changePlace("c", { pinned: null }), { pinned: null }, group()],
    ["POST /api/read_all", (api) => api.markAllRead(), undefined, null],
    ["GET /api/conversations?unread=true", (api) => api.conversations({ unread: true, archived: undefined }), undefined, [group()]],
    ["GET /api/conversations/c/messages/m/readers?before=r", (api) => api.readers("c", "m", { before: "r" }), undefined, [user("ann")]],
    ["GET /api/conversations/c/messages/m/readers", (api) => api.readers("c", "m"), undefined, []],
    ["GET /api/conversations/c/messages", (api) => api.messages("c"), undefined, [said(1)]],
  ])("%s", async (line, ask, body, answer) => {
    const send = vi.fn(async (_url: string, _init?: RequestInit) => new Response(JSON.stringify(answer)));
    expect(await ask(createApi({ userId: "me", fetch: send as unknown as typeof fetch }))).toEqual(answer);
    const [url, init] = send.mock.calls[0] ?? [];
    expect(`${init?.method} ${url}`).toBe(line);
    expect(init?.body).toEqual(body === undefined || body === PICTURE ? body : JSON.stringify(body));
    const type = body === undefined ? null : body === PICTURE ? "image/png" : "application/json";
    expect(new Headers(init?.headers).get("content-type")).toBe(type);
  });
});
