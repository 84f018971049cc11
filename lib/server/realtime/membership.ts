import "server-only";
import { PRESENCE_SHOWN_MAX } from "@/lib/protocol/limits";
import { query, type Statement } from "../db";
import { single } from "../single";
import { together } from "../together";

/** A conversation that somebody takes part in, and the version of its participants by which they do. */
type Membership = {
  topic: string;
  version: number;
  /** Messages up to this number are not theirs to see. */
  floor: number;
};

/** Somebody whose place in a conversation may have changed. */
export type MayListen = { userId: string; topic: string };

// A direct conversation without a message is on nobody's list, and anybody could start thousands: its first one makes it
// heard. Who takes part in one never changes.
const TOPICS: Statement = {
  name: "topics_of_users",
  text: `SELECT p.user_id, c.id AS topic, c.participants_version AS version, p.from_seq AS floor, c.kind = 'direct' AS fixed
         FROM unnest((SELECT $1::uuid[])) AS asked (id)
         JOIN participants p ON p.user_id = asked.id
         JOIN conversations c ON c.id = p.conversation_id AND (c.last_seq > 0 OR c.kind = 'group')`,
};

/** `fixed` where who takes part never changes. */
type Topic = Membership & { fixed: boolean };

/** People whose topics one statement looks up: somebody may have several thousand. */
const TOGETHER = { atOnce: 2, most: 50, waitingMax: 20_000 };

const lookUp = () =>
  single("topics", () =>
    together(TOGETHER, async (userIds: string[]): Promise<Topic[][]> => {
      const found = new Map<string, Topic[]>(userIds.map((id) => [id, []]));
      const rows = await query<Topic & { user_id: string }>(TOPICS, [[...found.keys()]]);
      for (const { user_id, ...topic } of rows) found.get(user_id)?.push(topic);
      return userIds.map((id) => found.get(id) ?? []);
    }),
  );

/** What somebody listens to. When a server comes back all come at once: what is asked at the same moment is one statement. */
export function listTopics(userId: string): Promise<Topic[]> {
  return lookUp()(userId);
}

const STILL_IN: Statement = {
  name: "who_still_takes_part",
  text: `SELECT c.id AS topic, c.participants_version AS version, p.user_ids AS "userIds", p.floors
         FROM unnest((SELECT $1::uuid[])) AS asked (id) JOIN conversations c ON c.id = asked.id
         CROSS JOIN LATERAL (
           SELECT coalesce(array_agg(p.user_id), '{}') AS user_ids, array_agg(p.from_seq) AS floors FROM participants p
           WHERE p.conversation_id = c.id AND p.user_id = ANY ((SELECT $2::uuid[])::uuid[])
         ) p`,
};

/** Which of these people take part in each of these conversations now, each with their floor. One that is gone is left out. */
export async function listStillIn(topics: string[], userIds: string[]) {
  const rows = await query<{ topic: string; version: number; userIds: string[]; floors: number[] }>(STILL_IN, [topics, userIds]);
  return rows.map(({ floors, ...row }) => ({ ...row, stillIn: new Map(row.userIds.map((id, i) => [id, floors[i] ?? 0])) }));
}

const PLACES: Statement = {
  name: "places_of_pairs",
  text: `SELECT p.user_id AS "userId", c.id AS topic, c.participants_version AS version, p.from_seq AS floor,
                coalesce(g.participant_count, 0) <= ${PRESENCE_SHOWN_MAX} AS "showsPresence"
         FROM unnest((SELECT $1::uuid[]), (SELECT $2::uuid[])) AS a (user_id, topic)
         JOIN participants p ON p.user_id = a.user_id AND p.conversation_id = a.topic
         JOIN conversations c ON c.id = p.conversation_id
         LEFT JOIN groups g ON g.conversation_id = c.id`,
};

/** `showsPresence` where those who are in it are told of each other's coming and going. */
type Place = Membership & MayListen & { showsPresence: boolean };

/** The places that these have now; of one that is gone nothing. */
export function listPlaces(asked: readonly MayListen[]): Promise<Place[]> {
  return query(PLACES, [asked.map(({ userId }) => userId), asked.map(({ topic }) => topic)]);
}
