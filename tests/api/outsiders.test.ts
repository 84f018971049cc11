import { randomUUID } from "node:crypto";
import pg from "pg";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { User } from "@/lib/protocol/users";
import { belongings, CALLS, CREDENTIALS, inAndAround, make, type Place } from "../support/calls";
import { database, waitForBlocked } from "../support/database";
import { changeGroup, giveRole, makeGroup, takeOut } from "../support/groups";
import { type Person, person, signIn } from "../support/person";
import { conversation, messagesOf, readRequest, remove, send, sendRequest, somebody, talk } from "../support/talk";

/** Who calls, seen from the conversation or group that the call is about. */
type Role = "signedOut" | "outsider" | "former" | "participant" | "administrator" | "owner";
/** The last two only where a role in a group matters. */
type Row = Record<Exclude<Role, "administrator" | "owner">, number> & { administrator?: number; owner?: number };

const everybody = (status: number): Row => ({ signedOut: status, outsider: status, former: status, participant: status });
const signedIn = (status: number): Row => ({ ...everybody(status), signedOut: 401 });
const participants = (status: number): Row => ({ signedOut: 401, outsider: 404, former: 404, participant: status });
const roles = (participant: number, administrator: number, owner = administrator): Row => ({
  ...participants(participant),
  administrator,
  owner,
});

/** What each call answers. A route that is not here fails. */
const MATRIX: Record<string, Row> = {
  "GET /api/auth/[...nextauth]": everybody(200),
  "POST /api/auth/[...nextauth]": everybody(302),
  "GET /api/auth_user": signedIn(200),
  "PATCH /api/auth_user": signedIn(200),
  "PUT /api/auth_user/avatar": signedIn(200),
  "DELETE /api/auth_user/avatar": signedIn(200),
  "PUT /api/auth_user/password": signedIn(200),
  "GET /api/avatars/[id]": signedIn(200),
  "GET /api/conversations": signedIn(200),
  "POST /api/conversations": signedIn(201),
  "GET /api/conversations/[id]": participants(200),
  "GET /api/conversations/[id]/other_participant": participants(200),
  "GET /api/conversations/[id]/messages": participants(200),
  "POST /api/conversations/[id]/messages": participants(201),
  "POST /api/conversations/[id]/read_messages": participants(204),
  "PATCH /api/conversations/[id]/place": participants(200),
  "GET /api/conversations/[id]/messages/[messageId]/readers": participants(200),
  "POST /api/read_all": signedIn(204),
  "GET /api/groups": signedIn(200),
  "POST /api/groups": signedIn(201),
  "GET /api/groups/[id]": roles(200, 200),
  "PATCH /api/groups/[id]": roles(403, 200),
  "PUT /api/groups/[id]/avatar": roles(403, 200),
  "DELETE /api/groups/[id]/avatar": roles(403, 200),
  "GET /api/groups/[id]/participants": roles(200, 200),
  "GET /api/groups/[id]/online": roles(200, 200),
  "POST /api/groups/[id]/participants": roles(403, 200),
  "PATCH /api/groups/[id]/participants/[userId]": roles(403, 403, 200),
  "DELETE /api/groups/[id]/participants/[userId]": roles(403, 204),
  "POST /api/groups/[id]/join": roles(200, 200),
  "GET /api/groups/[id]/invites": roles(403, 200),
  "POST /api/groups/[id]/invites": roles(403, 201),
  "DELETE /api/groups/[id]/invites/[inviteId]": roles(403, 204),
  // Whoever has a link is let in.
  "GET /api/invites/[token]": everybody(200),
  "GET /api/invites/[token]/avatar": everybody(200),
  "POST /api/invites/[token]/join": signedIn(200),
  "POST /api/forms/sign-in": everybody(303),
  "POST /api/forms/sign-up": everybody(303),
  "POST /api/forms/conversations/[id]/messages": participants(303),
  "GET /api/health": everybody(200),
  "GET /api/ready": everybody(200),
  "GET /api/identities": signedIn(200),
  "DELETE /api/identities/[id]": participants(204),
  "GET /api/notices": signedIn(200),
  "DELETE /api/notices/[id]": participants(204),
  "POST /api/login": everybody(401),
  "POST /api/logout": signedIn(204),
  "GET /api/messages": signedIn(200),
  "GET /api/oauth/github": everybody(404),
  "POST /api/refresh_token": signedIn(200),
  "GET /api/sessions": signedIn(200),
  "DELETE /api/sessions": signedIn(204),
  "DELETE /api/sessions/[id]": participants(204),
  "GET /api/usernames": signedIn(200),
  "GET /api/users": signedIn(200),
  "POST /api/users": everybody(422),
  "GET /api/[...path]": everybody(404),
  "POST /api/[...path]": everybody(404),
  "PUT /api/[...path]": everybody(404),
  "PATCH /api/[...path]": everybody(404),
  "DELETE /api/[...path]": everybody(404),
};

const SECRET = `what the two keep to themselves ${randomUUID()}`;

/** All look at a conversation and a group that go on, but for the former participant, who was taken out of theirs. */
const scene: Record<Role, { caller: Person; place: () => Promise<Place> }> = {} as never;
const byRole = CALLS.filter((call) => MATRIX[call]?.owner !== undefined);
let secrets: string[];

beforeAll(async () => {
  const names = ["anna", "ben", "cleo", "outsider", "former", "left"];
  const [anna, ben, cleo, outsider, former, left] = await Promise.all(names.map(person));
  if (!anna || !ben || !cleo || !outsider || !former || !left) throw new Error("unreachable");
  const placeOf = async (teller: Person, listener: Person, signedIn: Person) => {
    const group = await makeGroup(teller, [listener, cleo], { name: SECRET });
    await changeGroup(teller, group.id, { permissions: { add: "administrators", change: "administrators" } });
    await giveRole(teller, group.id, cleo, "administrator");
    const { avatarURL }: User = await (await make("PUT /api/auth_user/avatar", {} as Place, CREDENTIALS.bearer(teller))).json();
    const { id, conversationId } = await send(teller, (await talk(teller, listener)).id, SECRET);
    return async () => ({
      conversation: conversationId,
      message: id,
      avatar: avatarURL ?? "",
      ...(await inAndAround(group.id, teller)),
      ...(await belongings(signedIn)),
    });
  };
  const goingOn = await placeOf(anna, ben, ben);
  const over = await placeOf(left, former, left);
  const { conversation: lost, message: lostMessage, group: lostGroup } = await over();
  await remove(former, lost);
  await takeOut(left, lostGroup, former);
  const { conversation, message, group } = await goingOn();
  secrets = [SECRET, conversation, message, group, lost, lostMessage, lostGroup];
  Object.assign(scene, {
    signedOut: { caller: anna, place: goingOn },
    outsider: { caller: outsider, place: goingOn },
    former: { caller: former, place: over },
    participant: { caller: ben, place: goingOn },
    administrator: { caller: cleo, place: goingOn },
    owner: { caller: anna, place: goingOn },
  });
});

/** All that an answer says. Of a stream, that it has begun. */
async function reveal(answer: Response): Promise<string> {
  const headers = [...answer.headers].join("\n");
  if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) return `${headers}\n${await answer.text()}`;
  await answer.body?.cancel();
  return headers;
}

it("every route has a row here, and every row a route", () => {
  expect(Object.keys(MATRIX).sort()).toEqual([...CALLS].sort());
});

describe.each(CALLS)("%s", (call) => {
  it.each(["outsider", "former", "participant"] as const)("answers the %s as the table says, by token and by cookie", async (role) => {
    const { caller, place } = scene[role];
    const foreign = role === "participant" ? [] : secrets;
    for (const credentials of Object.values(CREDENTIALS)) {
      const answer = await make(call, await place(), credentials(await signIn(caller)));
      expect(answer.status).toBe(MATRIX[call]?.[role]);
      const said = await reveal(answer);
      expect(foreign.filter((secret) => said.includes(secret))).toEqual([]);
      expect(answer.headers.get("cache-control")).toMatch(/^private|^no-cache/);
    }
  });

  it("answers who is signed out as the table says: with nothing, a token that has ended, or one in the address", async () => {
    const { caller, place } = scene.signedOut;
    const ended = await signIn(caller);
    expect((await ended.fetch("/api/logout", { method: "POST" })).status).toBe(204);
    for (const headers of [
      {},
      CREDENTIALS.bearer(ended),
      CREDENTIALS.cookie(ended),
      { Authorization: `Basic ${ended.token}` },
      { Cookie: "parley.session=" },
    ]) {
      const answer = await make(call, await place(), headers);
      expect(answer.status).toBe(MATRIX[call]?.signedOut);
      const said = await reveal(answer);
      expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
    }
  });
});

describe.each(byRole)("%s", (call) => {
  it.each(["administrator", "owner"] as const)("answers an %s of the group as the table says", async (role) => {
    const { caller, place } = scene[role];
    const answer = await make(call, await place(), CREDENTIALS.bearer(await signIn(caller)));
    expect(answer.status).toBe(MATRIX[call]?.[role]);
  });
});

describe("an outsider", () => {
  let outsider: Person;
  let participant: Person;
  let place: Place;

  beforeAll(async () => {
    [outsider, participant] = await Promise.all([signIn(scene.outsider.caller), signIn(scene.participant.caller)]);
    place = await scene.outsider.place();
  });

  it("reaches no foreign message by way of a conversation of their own", async () => {
    const own = (await talk(outsider, await somebody())).id;
    await send(outsider, own, "mine");
    for (const direction of ["before", "after", "around"]) {
      const answer = await outsider.fetch(`/api/conversations/${own}/messages?${direction}=${place.message}`);
      expect({ status: answer.status, body: await answer.json() }).toMatchObject({ status: 404, body: { message: "Message not found" } });
    }
    expect((await readRequest(outsider, own, { json: { upTo: place.message } })).status).toBe(404);
    for (const before of [place.conversation, place.message, randomUUID()]) {
      const answer = await outsider.fetch(`/api/conversations?before=${before}`);
      expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 200, body: [] });
    }
  });

  it("is told the same of what is there and of what is not", async () => {
    const nothing = {
      ...place,
      conversation: randomUUID(),
      group: randomUUID(),
      session: randomUUID(),
      identity: randomUUID(),
      notice: randomUUID(),
    };
    for (const call of CALLS.filter((name) => MATRIX[name]?.outsider === 404)) {
      const [there, notThere] = await Promise.all([place, nothing].map((where) => make(call, where, CREDENTIALS.bearer(outsider))));
      expect(await there?.text()).toBe(await notThere?.text());
      expect(there?.status).toBe(notThere?.status);
    }
  });

  it("cannot send under a client id of somebody else, and does not get their message back", async () => {
    const clientId = randomUUID();
    await send(participant, place.conversation, SECRET, clientId);
    const own = (await talk(outsider, await somebody())).id;
    expect((await send(outsider, own, "mine", clientId)).content).toBe("mine");
    expect((await messagesOf(participant, place.conversation))[0]?.content).toBe(SECRET);
  });

  it("does not have to wait for those who are talking, and so does not learn that they are", { timeout: 10_000 }, async () => {
    const other = new pg.Client({ connectionString: database() });
    onTestFinished(() => other.end());
    await other.connect();
    await other.query("BEGIN");
    await other.query("SELECT FROM conversations WHERE id = $1 FOR UPDATE", [place.conversation]);
    const waiting = send(participant, place.conversation, SECRET);
    await waitForBlocked(1);
    expect((await sendRequest(outsider, place.conversation, { content: "mine" })).status).toBe(404);
    await other.query("COMMIT");
    expect((await waiting).content).toBe(SECRET);
  });

  it("changes nothing by trying", async () => {
    await send(participant, place.conversation, SECRET);
    const seen = () => Promise.all([conversation(participant, place.conversation), messagesOf(participant, place.conversation)]);
    const before = await seen();
    for (const call of CALLS.filter((name) => /(conversations|groups)\/\[id\]/.test(name)))
      await make(call, place, CREDENTIALS.bearer(outsider));
    expect(await seen()).toEqual(before);
  });

  it("finds names by searching, and nothing else of their owners", async () => {
    const found = await (await outsider.fetch("/api/usernames?search=an")).json();
    expect(found).toEqual(["anna"]);
  });
});
