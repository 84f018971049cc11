import { beforeAll, describe, expect, it } from "vitest";
import { sql } from "../support/database";
import { type Person, person, signIn } from "../support/person";
import { send, talk } from "../support/talk";

/** Who was told of a change of this person, by conversation. */
const announced = (of: Person) =>
  sql<{ conversation_id: string }>("SELECT conversation_id FROM events WHERE type = 'user' AND user_id = $1", [of.id]);

describe("the display name", () => {
  let jane: Person;
  beforeAll(async () => {
    jane = await person("jane");
  });

  const rename = (name: unknown) => jane.fetch("/api/auth_user", { method: "PATCH", json: { name } });

  it("is shown from the next request on, and told to each conversation", async () => {
    const walter = await person("walter");
    const conversation = await talk(jane, walter);
    await send(walter, conversation.id, "hi");

    const changed = await rename("  Jane D. 🌷 ");
    expect(changed.status).toBe(200);
    expect(await changed.json()).toEqual({ id: jane.id, username: "jane", name: "Jane D. 🌷", avatarURL: null });
    expect((await (await jane.fetch("/api/auth_user")).json()).name).toBe("Jane D. 🌷");
    const other = await walter.fetch(`/api/conversations/${conversation.id}/other_participant`);
    expect((await other.json()).name).toBe("Jane D. 🌷");
    const said = await jane.fetch(`/api/conversations/${conversation.id}/messages`, { method: "POST", json: { content: "hello" } });
    expect((await said.json()).sender.name).toBe("Jane D. 🌷");
    expect(await announced(jane)).toEqual([{ conversation_id: conversation.id }]);
  });

  it("goes away when it is left blank", async () => {
    expect((await (await rename("  ")).json()).name).toBeNull();
  });

  it.each(["Zoë 👩‍🚀", "علی‌رضا", "O'Neil-Łuk"])("can be %j", async (name) => {
    expect((await (await rename(name)).json()).name).toBe(name);
  });

  it.each(["x".repeat(65), "nul\u0000", "broken \ud800", "two\nlines", "nna\u202e", "\u200b\u2060", "\u3164", 7])(
    "is not %j",
    async (name) => {
      const refused = await rename(name);
      expect(refused.status).toBe(422);
      expect((await refused.json()).errors).toEqual({ name: expect.any(String) });
    },
  );
});

describe("the signed-in devices", () => {
  const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  let here: Person;
  let elsewhere: Person;
  beforeAll(async () => {
    here = await person("max");
    elsewhere = await signIn(here);
  });

  it("are listed, the latest used first, each with what people call it", async () => {
    await sql("UPDATE sessions SET user_agent = $2, seen_at = now() - interval '1 hour' WHERE id = $1", [elsewhere.sessionId, FIREFOX]);
    const listed = await here.fetch("/api/sessions");
    expect(listed.status).toBe(200);
    const time = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(await listed.json()).toEqual([
      { id: here.sessionId, device: "tests", createdAt: time, seenAt: time, current: true },
      { id: elsewhere.sessionId, device: "Firefox on Linux", createdAt: time, seenAt: time, current: false },
    ]);
  });

  it("remember when they were last used", async () => {
    const late = await signIn(here);
    await sql("UPDATE sessions SET seen_at = now() - interval '1 hour' WHERE id = $1", [late.sessionId]);
    await late.fetch("/api/auth_user");
    await expect
      .poll(() => sql("SELECT FROM sessions WHERE id = $1 AND seen_at > now() - interval '1 minute'", [late.sessionId]))
      .toHaveLength(1);
  });

  it("are signed out one by one, and only by their owner", async () => {
    const stranger = await person("stranger");
    expect((await stranger.fetch(`/api/sessions/${elsewhere.sessionId}`, { method: "DELETE" })).status).toBe(404);
    expect((await here.fetch("/api/sessions/no-id", { method: "DELETE" })).status).toBe(404);
    expect((await elsewhere.fetch("/api/auth_user")).status).toBe(200);

    expect((await here.fetch(`/api/sessions/${elsewhere.sessionId}`, { method: "DELETE" })).status).toBe(204);
    expect((await elsewhere.fetch("/api/auth_user")).status).toBe(401);
    expect((await here.fetch(`/api/sessions/${elsewhere.sessionId}`, { method: "DELETE" })).status).toBe(404);
    expect((await here.fetch("/api/auth_user")).status).toBe(200);
  });

  it("are signed out all at once, this one too", async () => {
    const another = await signIn(here);
    expect((await here.fetch("/api/sessions", { method: "DELETE" })).status).toBe(204);
    expect((await here.fetch("/api/auth_user")).status).toBe(401);
    expect((await another.fetch("/api/auth_user")).status).toBe(401);
  });

  it("hear no more of the stream once they are signed out", async () => {
    const leaving = await person("leaving");
    const staying = await signIn(leaving);
    const open = await leaving.fetch("/api/messages", { headers: { Accept: "text/event-stream" } });
    expect(open.status).toBe(200);
    const [beginning, all] = open.body?.tee() ?? [];
    await beginning?.getReader().read();
    const ended = new Response(all).text();
    expect((await staying.fetch(`/api/sessions/${leaving.sessionId}`, { method: "DELETE" })).status).toBe(204);
    expect(await ended).toContain("event: signed_out");
    // Sooner than the regular look for sessions that have ended elsewhere.
  }, 3_000);
});
