import "server-only";
import { query, type Statement } from "../db";
import { single } from "../single";
import { together } from "../together";

/** A conversation that somebody takes part in, and the version of its participants by which they do. */
export type Membership = { topic: string; version: number };

// A conversation without a message is on nobody's list, and anybody could start thousands: its first one makes it heard.
const TOPICS: Statement = {
  name: "topics_of_users",
  text: `SELECT p.user_id, c.id AS topic, c.participants_version AS version
         FROM unnest((SELECT $1::uuid[])) AS asked (id)
         JOIN participants p ON p.user_id = asked.id
         JOIN conversations c ON c.id = p.conversation_id AND c.last_seq > 0`,
};

/** People whose topics one statement looks up: somebody may have several thousand. */
const TOGETHER = { atOnce: 2, most: 50, waitingMax: 20_000 };

const lookUp = () =>
  single("topics", () =>
    together(TOGETHER, async (userIds: string[]): Promise<Membership[][]> => {
      const found = new Map<string, Membership[]>(userIds.map((id) => [id, []]));
      const rows = await query<Membership & { user_id: string }>(TOPICS, [[...found.keys()]]);
      for (const { user_id, topic, version } of rows) found.get(user_id)?.push({ topic, version });
      return userIds.map((id) => found.get(id) ?? []);
    }),
  );

/** What somebody listens to. When a server comes back all come at once: what is asked at the same moment is one statement. */
export function listTopics(userId: string): Promise<Membership[]> {
  return lookUp()(userId);
}

const STILL_IN: Statement = {
  name: "who_still_takes_part",
  text: `SELECT c.id AS topic, c.participants_version AS version,
                ARRAY(SELECT p.user_id FROM participants p
                      WHERE p.conversation_id = c.id AND p.user_id = ANY ((SELECT $2::uuid[])::uuid[])) AS "userIds"
         FROM unnest((SELECT $1::uuid[])) AS asked (id) JOIN conversations c ON c.id = asked.id`,
};

/** Which of these people take part in each of these conversations now. One that is gone is left out. */
export function listStillIn(topics: string[], userIds: string[]): Promise<(Membership & { userIds: string[] })[]> {
  return query(STILL_IN, [topics, userIds]);
}
