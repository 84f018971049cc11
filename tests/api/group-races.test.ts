import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { database, sql, waitForBlocked } from "../support/database";
import { changeGroup, giveRole, groupOf, invite, makeGroup, tokenOf } from "../support/groups";
import { type Person, person, request } from "../support/person";
import { messagesOf, sendRequest, somebody } from "../support/talk";

/** Another server, in the middle of something. */
async function elsewhere(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database() });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query("BEGIN");
  return client;
}

const three = async () => (await Promise.all([somebody(), somebody(), somebody()])) as [Person, Person, Person];

describe("who waits to write while another server changes the group", () => {
  it.each([
    ["leaves writing to administrators", "UPDATE groups SET who_writes = 'administrators' WHERE conversation_id = $1", 403],
    ["takes their role away", "UPDATE participants SET role = 'participant' WHERE conversation_id = $1 AND role = 'administrator'", 403],
    ["takes them out", "DELETE FROM participants WHERE conversation_id = $1 AND role <> 'owner'", 404],
  ])("writes nothing where it %s", async (what, change, status) => {
    const [ann, bob] = await three();
    const { id } = await makeGroup(ann, [bob]);
    if (/role/.test(what)) {
      await changeGroup(ann, id, { permissions: { write: "administrators" } });
      await giveRole(ann, id, bob, "administrator");
    }
    const before = await messagesOf(ann, id);
    const other = await elsewhere();
    await other.query("SELECT FROM conversations WHERE id = $1 FOR NO KEY UPDATE", [id]);
    const waiting = sendRequest(bob, id, { content: "hello" });
    await waitForBlocked(1);
    await other.query(change, [id]);
    await other.query("COMMIT");
    expect((await waiting).status).toBe(status);
    expect(await messagesOf(ann, id)).toEqual(before);
  });
});

describe("who makes an account at the moment at which a group becomes everybody's", () => {
  const signUp = async (username: string): Promise<{ id: string }> =>
    (await request("/api/users", { method: "POST", json: { username, password: "a walk along the river" } })).json();
  const isIn = (id: string, userId: string) => sql("SELECT FROM participants WHERE conversation_id = $1 AND user_id = $2", [id, userId]);

  const scene = async (name: string) => {
    const admin = await person(name);
    await sql("UPDATE users SET administrator = true WHERE id = $1", [admin.id]);
    return { admin, id: (await makeGroup(admin)).id };
  };

  it("is in it where the account is made first", async () => {
    const { admin, id } = await scene("ruler");
    const other = await elsewhere();
    const { rows } = await other.query(
      "INSERT INTO users (id, username, username_key) VALUES (gen_random_uuid(), 'early', 'early') RETURNING id",
    );
    const changed = changeGroup(admin, id, { everybody: true });
    await Promise.race([changed, waitForBlocked(1)]);
    await other.query("COMMIT");
    await changed;
    expect(await isIn(id, rows[0].id)).toHaveLength(1);
    expect(await groupOf(admin, id)).toMatchObject({ participantCount: (await sql("SELECT FROM users")).length });
  });

  it("is in it where the group is first", async () => {
    const { admin, id } = await scene("regent");
    const held = await somebody();
    const other = await elsewhere();
    await other.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [held.id]);
    const changed = changeGroup(admin, id, { everybody: true });
    await waitForBlocked(1);
    const late = signUp("late");
    await Promise.race([late, waitForBlocked(2)]);
    await other.query("COMMIT");
    await changed;
    expect(await isIn(id, (await late).id)).toHaveLength(1);
  });
});

describe("a link that is for one", () => {
  it("lets one in of fifty who come at the same instant, and breaks for none of them", async () => {
    const ann = await somebody();
    const { id } = await makeGroup(ann);
    const token = tokenOf(await invite(ann, id, { uses: 1 }));
    const people = await Promise.all(Array.from({ length: 50 }, somebody));
    const statuses = await Promise.all(
      people.map(async (one) => (await one.fetch(`/api/invites/${token}/join`, { method: "POST" })).status),
    );
    expect(statuses.sort()).toEqual([200, ...Array(49).fill(404)]);
    expect(await groupOf(ann, id)).toMatchObject({ participantCount: 2 });
  });
});
