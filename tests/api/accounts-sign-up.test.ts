import { describe, expect, it } from "vitest";
import { request } from "../support/person";

const PASSWORD = "correct horse battery";

const signUp = (username: unknown, password: unknown = PASSWORD) => request("/api/users", { method: "POST", json: { username, password } });

describe("signing up", () => {
  it("makes an account that can sign in at once", async () => {
    const made = await signUp("Jane.Doe");
    expect(made.status).toBe(201);
    const user = await made.json();
    expect(user).toEqual({ id: expect.any(String), username: "Jane.Doe", name: null, avatarURL: null });

    const login = await request("/api/login", { method: "POST", json: { username: "jane.doe", password: PASSWORD } });
    expect(login.status).toBe(200);
    expect((await login.json()).authUser).toEqual(user);
  });

  it("gives a name to one person only, in whatever letter case", async () => {
    expect((await signUp("walter")).status).toBe(201);
    const again = await signUp("WALTER");
    expect(again.status).toBe(422);
    expect(await again.json()).toEqual({ errors: { username: expect.stringContaining("taken") }, codes: expect.any(Object) });
  });

  it("gives a name to one of several who ask for it at the same instant", async () => {
    const answers = await Promise.all(["lena", "Lena", "LENA", "leNa"].map((name) => signUp(name)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422]);
  });

  it.each([
    ["ab", "3 to 32"],
    ["a".repeat(33), "3 to 32"],
    ["jane doe", "letters"],
    ["jané", "letters"],
    ["", "3 to 32"],
    [7, "username"],
    [undefined, "username"],
  ])("refuses the malformed name %j", async (username, reason) => {
    const refused = await signUp(username);
    expect(refused.status).toBe(422);
    expect((await refused.json()).errors.username).toContain(reason);
  });

  it.each(["admin", "ADMIN", "ad.min", "_admin_", "par-ley", "adm1n", "R00t", "support2", "everyone", "..."])(
    "refuses the name %s, which would impersonate",
    async (username) => {
      const refused = await signUp(username);
      expect(refused.status).toBe(422);
      expect((await refused.json()).errors.username).toContain("reserved");
    },
  );

  it("counts a password's characters as people do", async () => {
    const refused = await signUp("short", "123456789");
    expect(refused.status).toBe(422);
    expect((await refused.json()).errors).toEqual({ password: expect.stringContaining("10 characters") });
    // Ten characters as people count them, in twenty code units.
    expect((await signUp("emoji.lover", "🔑🌷🐢🎈🍋🚲🧭🪁🥨🛶")).status).toBe(201);
    expect((await signUp("endless", "x".repeat(1_001))).status).toBe(422);
  });

  it("tells bodies that are no JSON, broken JSON and huge JSON apart", async () => {
    const send = (type: string, body: string) => request("/api/users", { method: "POST", headers: { "Content-Type": type }, body });
    expect((await send("text/plain", "{}")).status).toBe(415);
    expect((await send("application/json", "{")).status).toBe(400);
    expect((await send("application/json", `"${"x".repeat(100_000)}"`)).status).toBe(413);
  });

  it("never answers with what was asked of it in secret", async () => {
    const answer = await signUp("discreet", "a very secret thing");
    expect(await answer.text()).not.toContain("secret");
  });
});
