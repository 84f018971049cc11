import { afterEach, expect, test, vi } from "vitest";
import { type Account, createAccount, type Stranger } from "@/lib/client/account/account";

/** What each request said, and to which it was made. */
let requests: { call: string; user: string | null }[];
let strangers: Stranger[];

afterEach(() => void vi.unstubAllGlobals());

/** The account page of "me" in a browser whose cookie is that of `here`. */
function accountOf({ here, saysWhy = false }: { here: string | null; saysWhy?: boolean }): Account {
  requests = [];
  strangers = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit = {}) => {
    const user = new Headers(init.headers).get("parley-user");
    requests.push({ call: `${init.method ?? "GET"} ${path}`, user });
    if (path === "/api/auth/csrf") return Response.json({ csrfToken: "token" });
    if (here === null || (user !== null && user !== here)) {
      const why = { code: here === null ? "sign_in_required" : "signed_in_as_another", params: {} };
      return Response.json({ message: "Not you.", ...(saysWhy ? why : {}) }, { status: 401 });
    }
    const me = { id: here, username: here, name: null, avatarURL: null };
    return Response.json({ ...me, url: "https://issuer.test" });
  });
  return createAccount({ userId: "me", onStranger: (who) => strangers.push(who) });
}

const CHANGES: [string, (account: Account) => Promise<{ errors: object | null }>][] = [
  ["a name", (account) => account.rename("Me")],
  ["a picture", (account) => account.uploadAvatar(new File(["x"], "me.png", { type: "image/png" }))],
  ["no picture", (account) => account.removeAvatar()],
  ["a password", (account) => account.changePassword({ newPassword: "a few good words" })],
  ["an identity", (account) => account.beginLink("github")],
  ["no identity", (account) => account.unlinkIdentity("1")],
  ["a notice", (account) => account.dismissNotice("1")],
  ["another device", (account) => account.endSession("1")],
  ["all devices", (account) => account.endAllSessions()],
  ["this device", (account) => account.endThisSession()],
];

test.each(CHANGES)("A page says for whom it changes %s", async (_, change) => {
  const account = accountOf({ here: "me" });
  expect((await change(account)).errors).toBeNull();
  expect(requests.filter(({ call }) => call !== "GET /api/auth/csrf").map(({ user }) => user)).toEqual(["me"]);
  expect(strangers).toEqual([]);
});

test.each(CHANGES)("A page that one person left open says that somebody else is here, and changes not: %s", async (_, change) => {
  const account = accountOf({ here: "ann" });
  expect((await change(account)).errors).toEqual({ form: "Not you." });
  expect(strangers).toEqual(["somebody else"]);
});

test("A page whose person has been signed out says so", async () => {
  const account = accountOf({ here: null });
  expect((await account.rename("Me")).errors).not.toBeNull();
  expect(strangers).toEqual(["nobody"]);
});

test.each([
  ["nobody", null],
  ["somebody else", "ann"],
] as const)("Of a server that says so in a code a page does not ask whether %s is here", async (stranger, here) => {
  await accountOf({ here, saysWhy: true }).rename("Me");
  expect(strangers).toEqual([stranger]);
  expect(requests).toHaveLength(1);
});

test.each(CHANGES)("Where no server answers a page says so, and goes on: %s", async (_, change) => {
  const account = accountOf({ here: "me" });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed")));
  expect((await change(account)).errors).toEqual({ form: "The server cannot be reached. Try again in a moment." });
});
