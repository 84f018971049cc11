import type pg from "pg";
import { signToken } from "@/lib/server/auth/tokens";
import { newId } from "@/lib/server/ids";

export type Person = { id: string; username: string; token: string };
export type Pair = { conversationId: string; people: [Person, Person] };
export type Group = { conversationId: string; people: Person[] };

/** Everybody who takes part, by what they are there for. */
export type Cast = {
  /** 20 conversations that people talk in at their leisure. */
  pairs: Pair[];
  /** 32 conversations under load. */
  busy: Pair[];
  /** Each with a stream open and nothing to hear, 1,000 of them in `group` and all in `largeGroup`, where nothing is said unless it is measured. */
  crowd: Person[];
  group: Group;
  largeGroup: Group;
  /** The same person in 25 conversations, whose history and list are read. */
  shelf: Pair[];
  /** Conversations of others, between whose messages those of the shelf lie. */
  background: Pair[];
};

const CROWD = 10_000;
const GROUP = 1_000;

export async function makeCast(db: pg.Client): Promise<Cast> {
  const crowd = await makePeople(db, "crowd", CROWD);
  const busy = await makePeople(db, "busy", 64);
  const talkers = await makePeople(db, "pair", 40);
  const readers = await makePeople(db, "shelf", 26);
  const [reader] = readers as [Person];
  return {
    crowd,
    pairs: await makePairs(db, neighbours(talkers)),
    busy: await makePairs(db, neighbours(busy)),
    group: await makeGroup(db, crowd.slice(0, GROUP)),
    largeGroup: await makeGroup(db, crowd),
    shelf: await makePairs(
      db,
      readers.slice(1).map((other) => [reader, other]),
    ),
    background: await makePairs(db, neighbours(crowd.slice(GROUP, GROUP + 2_000))),
  };
}

export function everybody(cast: Cast): Person[] {
  return [...cast.crowd, ...[...cast.pairs, ...cast.busy, ...cast.shelf].flatMap(({ people }) => people)];
}

function neighbours(people: Person[]): [Person, Person][] {
  return people.flatMap((person, i) => (i % 2 === 0 ? [[person, people[i + 1] as Person]] : [])) as [Person, Person][];
}

async function makePeople(db: pg.Client, prefix: string, count: number): Promise<Person[]> {
  const made = Array.from({ length: count }, (_, i) => {
    const [id, sessionId] = [newId(), newId()];
    return { id, sessionId, username: `${prefix}${String(i).padStart(5, "0")}`, token: signToken(id, sessionId).token };
  });
  const ids = made.map(({ id }) => id);
  await db.query("INSERT INTO users (id, username, username_key) SELECT *, n FROM unnest($1::uuid[], $2::text[]) AS u (id, n)", [
    ids,
    made.map(({ username }) => username),
  ]);
  await db.query(
    `INSERT INTO sessions (id, user_id, user_agent, expires_at)
     SELECT id, user_id, 'bench', now() + interval '1 day' FROM unnest($1::uuid[], $2::uuid[]) AS s (id, user_id)`,
    [made.map(({ sessionId }) => sessionId), ids],
  );
  return made.map(({ id, username, token }) => ({ id, username, token }));
}

async function makePairs(db: pg.Client, pairs: [Person, Person][]): Promise<Pair[]> {
  const made = pairs.map((people) => ({ conversationId: newId(), people }));
  const key = ({ people }: Pair) =>
    people
      .map(({ id }) => id)
      .sort()
      .join(":");
  await db.query(
    "INSERT INTO conversations (id, kind, direct_key) SELECT id, 'direct', key FROM unnest($1::uuid[], $2::text[]) AS c (id, key)",
    [made.map(({ conversationId }) => conversationId), made.map(key)],
  );
  for (const side of [0, 1] as const) {
    await join(
      db,
      made.map(({ conversationId, people }) => ({ conversationId, userId: people[side].id })),
    );
  }
  return made;
}

async function makeGroup(db: pg.Client, people: Person[]): Promise<Group> {
  const conversationId = newId();
  await db.query("INSERT INTO conversations (id, kind) VALUES ($1, 'group')", [conversationId]);
  await db.query("INSERT INTO groups (conversation_id, name, creator_id) VALUES ($1, 'Everybody', $2)", [conversationId, people[0]?.id]);
  await join(
    db,
    people.map(({ id }) => ({ conversationId, userId: id })),
  );
  return { conversationId, people };
}

async function join(db: pg.Client, places: { conversationId: string; userId: string }[]): Promise<void> {
  await db.query("INSERT INTO participants (conversation_id, user_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])", [
    places.map(({ conversationId }) => conversationId),
    places.map(({ userId }) => userId),
  ]);
}
