import type { Conversation } from "@/lib/protocol/conversations";
import type { Group, Invite, MakeGroupInput, OnlineCount, Participant } from "@/lib/protocol/groups";
import type { Role } from "@/lib/protocol/quiet-lines";
import { sql } from "./database";
import type { Person } from "./person";
import { answer } from "./talk";

/** What people do in groups to arrange a test, through the API; each throws unless it succeeds. */

/** A group of somebody, who owns it, and others. */
export async function makeGroup(owner: Person, people: Person[] = [], input: Partial<MakeGroupInput> = {}): Promise<Conversation> {
  const json = { name: "The team", usernames: people.map(({ username }) => username), ...input };
  return answer(await owner.fetch("/api/groups", { method: "POST", json }), 201, 200);
}

export async function groupOf(viewer: Person, id: string): Promise<Group> {
  return answer(await viewer.fetch(`/api/groups/${id}`), 200);
}

export async function changeGroup(by: Person, id: string, json: unknown): Promise<Group> {
  return answer(await by.fetch(`/api/groups/${id}`, { method: "PATCH", json }), 200);
}

export async function participantsOf(viewer: Person, id: string, query = ""): Promise<Participant[]> {
  return answer(await viewer.fetch(`/api/groups/${id}/participants${query}`), 200);
}

export async function add(by: Person, id: string, ...people: Person[]): Promise<Participant[]> {
  const json = { usernames: people.map(({ username }) => username) };
  return answer(await by.fetch(`/api/groups/${id}/participants`, { method: "POST", json }), 200);
}

/** Takes somebody out, or leaves; the bare request. */
export function takeOut(by: Person, id: string, { id: userId }: Pick<Person, "id">): Promise<Response> {
  return by.fetch(`/api/groups/${id}/participants/${userId}`, { method: "DELETE" });
}

/** The bare request. */
export function giveRole(by: Person, id: string, { id: userId }: Person, role: Role): Promise<Response> {
  return by.fetch(`/api/groups/${id}/participants/${userId}`, { method: "PATCH", json: { role } });
}

export async function invite(by: Person, id: string, json: unknown = {}): Promise<Invite> {
  return answer(await by.fetch(`/api/groups/${id}/invites`, { method: "POST", json }), 201);
}

/** The token of a link, by which it is previewed and joined. */
export const tokenOf = ({ url }: Pick<Invite, "url">) => url.slice("/join/".length);

export async function changePlace(who: Person, id: string, json: unknown): Promise<Conversation> {
  return answer(await who.fetch(`/api/conversations/${id}/place`, { method: "PATCH", json }), 200);
}

/** Adds so many people who never come, as many requests would have. */
export async function crowd(id: string, count: number): Promise<void> {
  await sql(
    `WITH made AS (
       INSERT INTO users (id, username, username_key) SELECT id, name, name
       FROM (SELECT gen_random_uuid() AS id, left('c' || replace(gen_random_uuid()::text, '-', ''), 30) AS name FROM generate_series(1, $2::int)) made
       RETURNING id
     )
     INSERT INTO participants (conversation_id, user_id) SELECT $1, id FROM made`,
    [id, count],
  );
}

/** How many of a group are online, as it is told to somebody in it. */
export async function onlineIn(viewer: Person, id: string): Promise<number> {
  return (await answer<OnlineCount>(await viewer.fetch(`/api/groups/${id}/online`), 200)).online;
}
