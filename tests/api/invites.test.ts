import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Invite, InvitePreview } from "@/lib/protocol/groups";
import { sql } from "../support/database";
import { changeGroup, giveRole, groupOf, invite, makeGroup, takeOut, tokenOf } from "../support/groups";
import { type Person, request } from "../support/person";
import { conversation, messagesOf, somebody } from "../support/talk";

const preview = (token: string, who?: Person) => (who ? who.fetch(`/api/invites/${token}`) : request(`/api/invites/${token}`));
const join = (who: Person, token: string) => who.fetch(`/api/invites/${token}/join`, { method: "POST" });
const listed = async (who: Person, id: string): Promise<Invite[]> => (await who.fetch(`/api/groups/${id}/invites`)).json();
const revoke = (who: Person, id: string, inviteId: string) => who.fetch(`/api/groups/${id}/invites/${inviteId}`, { method: "DELETE" });

async function scene() {
  const [ann, bob] = (await Promise.all([somebody(), somebody()])) as [Person, Person];
  const { id } = await makeGroup(ann, [], { name: "Walkers", description: "We walk" });
  return { ann, bob, id };
}

describe("a link to a group", () => {
  it("is good for anybody and for ever, unless it is said otherwise", async () => {
    const { ann, id } = await scene();
    const made = Invite.strict().parse(await invite(ann, id));
    expect(made).toMatchObject({
      url: expect.stringMatching(/^\/join\/[\w-]{22}$/),
      expiresAt: null,
      usesLeft: null,
      uses: 0,
      revokedAt: null,
    });
    const short = await invite(ann, id, { expiresIn: 3_600, uses: 3 });
    expect(Date.parse(short.expiresAt ?? "") - Date.now()).toBeGreaterThan(3_500_000);
    expect(short.usesLeft).toBe(3);
    expect((await listed(ann, id)).map((one) => one.id)).toEqual([short.id, made.id]);
  });

  it("is made once for one client id", async () => {
    const { ann, id } = await scene();
    const clientId = randomUUID();
    const made = await Promise.all([1, 2, 3].map(() => invite(ann, id, { clientId })));
    expect(new Set(made.map(({ url }) => url)).size).toBe(1);
  });

  it("shows what it leads to before one joins, also to somebody who has no account yet", async () => {
    const { ann, bob, id } = await scene();
    const token = tokenOf(await invite(ann, id));
    for (const who of [undefined, bob]) {
      const shown = InvitePreview.strict().parse(await (await preview(token, who)).json());
      expect(shown).toEqual({
        group: { id, name: "Walkers", description: "We walk", avatarURL: null, participantCount: 1 },
        by: expect.objectContaining({ id: ann.id }),
        joined: false,
      });
    }
    expect(await (await preview(token, ann)).json()).toMatchObject({ joined: true });
  });

  it("lets people in, each once, and counts them", async () => {
    const { ann, bob, id } = await scene();
    const made = await invite(ann, id);
    for (let i = 0; i < 3; i++) {
      const joined = await join(bob, tokenOf(made));
      expect({ status: joined.status, body: await joined.json() }).toMatchObject({ status: 200, body: { id, role: "participant" } });
    }
    expect(await listed(ann, id)).toMatchObject([{ uses: 1 }]);
    expect((await messagesOf(ann, id))[0]).toMatchObject({ content: `${bob.username} joined by a link.`, notice: { kind: "joined" } });
  });

  it("lets in as many as it is for, also where more come at the same instant; and whom it has let in may ask again", async () => {
    const { ann, id } = await scene();
    const token = tokenOf(await invite(ann, id, { uses: 2 }));
    const people = await Promise.all(Array.from({ length: 6 }, somebody));
    const statuses = await Promise.all(people.map(async (one) => (await join(one, token)).status));
    expect(statuses.sort()).toEqual([200, 200, 404, 404, 404, 404]);
    expect(await groupOf(ann, id)).toMatchObject({ participantCount: 3 });
    expect((await preview(token)).status).toBe(404);
    const again = await Promise.all(people.map(async (one) => (await join(one, token)).status));
    expect(again.sort()).toEqual(statuses);
  });

  it("ends when it is revoked or its time is over, alike to what never was", async () => {
    const { ann, bob, id } = await scene();
    const [revoked, over] = [await invite(ann, id), await invite(ann, id, { expiresIn: 60 })];
    for (let i = 0; i < 2; i++) expect((await revoke(ann, id, revoked.id)).status).toBe(204);
    await sql("UPDATE invites SET expires_at = now() - interval '1 second' WHERE id = $1", [over.id]);
    const answers = await Promise.all(
      [tokenOf(revoked), tokenOf(over), "A".repeat(22), "nothing"].flatMap((token) => [
        preview(token),
        preview(token, bob),
        join(bob, token),
      ]),
    );
    expect(new Set(await Promise.all(answers.map(async (one) => `${one.status} ${await one.text()}`)))).toEqual(
      new Set([`404 ${JSON.stringify({ message: "Invite not found", code: "invite_not_found", params: {} })}`]),
    );
    expect((await listed(ann, id)).map(({ revokedAt }) => revokedAt !== null).sort()).toEqual([false, true]);
  });

  it("is revoked by who made it and by administrators, and with who is taken out", async () => {
    const { ann, bob, id } = await scene();
    const token = tokenOf(await invite(ann, id));
    const cid = await somebody();
    for (const one of [bob, cid]) await join(one, token);
    const [first, second] = [await invite(bob, id), await invite(bob, id)];
    expect((await revoke(cid, id, first.id)).status).toBe(403);
    expect((await revoke(bob, id, first.id)).status).toBe(204);
    await giveRole(ann, id, cid, "administrator");
    expect((await takeOut(cid, id, bob)).status).toBe(204);
    expect((await join(bob, tokenOf(second))).status).toBe(404);
    expect((await bob.fetch(`/api/conversations/${id}`)).status).toBe(404);
    expect((await revoke(ann, id, randomUUID())).status).toBe(404);
  });

  it("lets nobody in any more whom its maker might not add: since that is left to administrators, or since they are none", async () => {
    const { ann, bob, id } = await scene();
    const cid = await somebody();
    for (const one of [bob, cid]) await join(one, tokenOf(await invite(ann, id)));
    await giveRole(ann, id, cid, "administrator");
    const [anns, bobs, cids] = [await invite(ann, id), await invite(bob, id), await invite(cid, id)];
    const statuses = async () => Promise.all([anns, bobs, cids].map(async (one) => (await preview(tokenOf(one))).status));
    expect(await statuses()).toEqual([200, 200, 200]);
    await changeGroup(ann, id, { permissions: { add: "administrators" } });
    expect(await statuses()).toEqual([200, 404, 200]);
    await giveRole(ann, id, cid, "participant");
    expect(await statuses()).toEqual([200, 404, 404]);
    expect((await join(await somebody(), tokenOf(cids))).status).toBe(404);
    expect((await join(await somebody(), tokenOf(anns))).status).toBe(200);
  });

  it("shows newcomers what the owner lets them see", async () => {
    const { ann, bob, id } = await scene();
    await ann.fetch(`/api/groups/${id}`, { method: "PATCH", json: { history: "joining" } });
    await join(bob, tokenOf(await invite(ann, id)));
    expect((await messagesOf(bob, id)).map(({ notice }) => notice?.kind)).toEqual(["joined"]);
    expect(await conversation(bob, id)).toMatchObject({ unreadCount: 0, role: "participant" });
  });

  it.each([{ expiresIn: 59 }, { uses: 0 }, { uses: 1.5 }, { clientId: "mine" }])("is not made of %j", async (json) => {
    const { ann, id } = await scene();
    const refused = await ann.fetch(`/api/groups/${id}/invites`, { method: "POST", json });
    expect({ status: refused.status, fields: Object.keys((await refused.json()).errors) }).toEqual({
      status: 422,
      fields: Object.keys(json),
    });
  });

  it("is one of at most 50 that are good", async () => {
    const { ann, id } = await scene();
    const made = [];
    for (let i = 0; i < 50; i++) made.push(await invite(ann, id));
    expect((await ann.fetch(`/api/groups/${id}/invites`, { method: "POST" })).status).toBe(409);
    await revoke(ann, id, made[7]?.id ?? "");
    expect((await invite(ann, id)).usesLeft).toBeNull();
  });
});
