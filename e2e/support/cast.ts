import { randomBytes } from "node:crypto";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "@playwright/test";
import type { Parley } from "./parley";
import { settled } from "./screen";

/** Somebody who is signed in, at a browser of their own. */
export interface Person {
  id: string;
  username: string;
  /** What others see. */
  name: string;
  context: BrowserContext;
  /** Opens a tab. */
  open(path?: string): Promise<Page>;
}

/** What a line was and who said it. */
export type Said = readonly [by: Person, text: string];

export interface Conversation {
  id: string;
  path: string;
}

/** Puts people and what they have said into the database, past sign-up and composer, which have tests of their own. */
export function createCast(parley: Parley, browser: Browser, watch: (context: BrowserContext) => void) {
  const contexts: BrowserContext[] = [];

  async function seat(user: Pick<Person, "id" | "username" | "name">, options: BrowserContextOptions): Promise<Person> {
    const [session] = await parley.sql<{ id: string }>(
      "INSERT INTO sessions (id, user_id, user_agent, expires_at) VALUES (uuidv7(), $1, 'Chrome/140 Linux', now() + interval '14 days') RETURNING id",
      [user.id],
    );
    const context = await browser.newContext(options);
    contexts.push(context);
    watch(context);
    const value = await parley.signToken(user.id, session?.id as string);
    const url = options.baseURL ?? parley.url;
    await context.addCookies([
      { name: "parley.session", value, url, httpOnly: true, sameSite: "Lax", expires: Date.now() / 1000 + 86_400 },
    ]);
    return {
      ...user,
      context,
      async open(path = "/") {
        const page = await context.newPage();
        await page.goto(path);
        await settled(page);
        return page;
      },
    };
  }

  return {
    /** `name` is the display name; the username is made from it. */
    async person(name: string, options: BrowserContextOptions = {}): Promise<Person> {
      const username = usernameFor(name);
      const [user] = await parley.sql<{ id: string }>(
        "INSERT INTO users (id, username, username_key, name) VALUES (uuidv7(), $1, $1, $2) RETURNING id",
        [username, name],
      );
      return seat({ id: user?.id as string, username, name }, options);
    },
    /** Somebody with a password, who is signed in all the same. */
    async register(name: string, password: string): Promise<Person> {
      const username = usernameFor(name);
      const response = await fetch(`${parley.url}/api/users`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username, password }),
      });
      const { id } = (await response.json()) as { id: string };
      await parley.sql("UPDATE users SET name = $2 WHERE id = $1", [id, name]);
      return seat({ id, username, name }, {});
    },
    /** The same person at another device. */
    elsewhere: (person: Person, options: BrowserContextOptions = {}): Promise<Person> => seat(person, options),
    /** Two people, and what they have said, a minute apart; both have read it. */
    async conversation(people: readonly [Person, Person], said: readonly Said[] = []): Promise<Conversation> {
      const id = await start(people);
      await fill(
        id,
        `INSERT INTO messages (id, conversation_id, seq, sender_id, content, created_at)
         SELECT uuidv7(), $1, n, sender, content, now() - interval '1 minute' * ($4 - n + 1)
         FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS line (sender, content, n)`,
        [id, said.map(([by]) => by.id), said.map(([, text]) => text), said.length],
      );
      return { id, path: `/c/${id}` };
    },
    /** One of `count` messages of many lengths, numbered: "1. …", by turns. The last `unread` are the second one's, and the first has not read them. */
    async longConversation(people: readonly [Person, Person], count: number, { unread = 0 } = {}): Promise<Conversation> {
      const id = await start(people);
      await fill(
        id,
        `INSERT INTO messages (id, conversation_id, seq, sender_id, content, created_at)
         SELECT uuidv7(), $1, n, CASE WHEN n % 3 = 0 AND n <= $4 - $5::int THEN $2::uuid ELSE $3::uuid END,
                n || '. ' || repeat('word by word ', n % 1000 * 7919 % 13) || repeat(E'\\nand a line', n % 1000 * 5 % 3), now() - interval '1 minute' * ($4 - n + 1)
         FROM generate_series(1, $4::int) AS n`,
        [id, people[0].id, people[1].id, count, unread],
      );
      await parley.sql("UPDATE participants SET read_seq = $3 WHERE conversation_id = $1 AND user_id = $2", [
        id,
        people[0].id,
        count - unread,
      ]);
      return { id, path: `/c/${id}` };
    },
    /** A group that the first of them makes, through the door that everybody takes. */
    async group(
      name: string,
      [owner, ...others]: readonly [Person, ...Person[]],
      said: readonly Said[] = [],
      input: object = {},
    ): Promise<Conversation> {
      const usernames = others.map(({ username }) => username);
      const { id } = await post<{ id: string }>(owner, "/api/groups", { name, usernames, ...input });
      for (const [by, content] of said) await post(by, `/api/conversations/${id}/messages`, { content });
      return { id, path: `/c/${id}` };
    },
    post,
    async leave(): Promise<void> {
      for (const context of contexts) await context.close();
    },
  };

  async function post<T>(by: Person, path: string, data: object): Promise<T> {
    const answer = await by.context.request.post(parley.url + path, { data, headers: { origin: parley.url } });
    if (!answer.ok()) throw new Error(`${path} was answered with ${answer.status()}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async function start(people: readonly [Person, Person]): Promise<string> {
    const ids = people.map((person) => person.id).sort();
    const [conversation] = await parley.sql<{ id: string }>(
      `WITH started AS (INSERT INTO conversations (id, kind, direct_key) VALUES (uuidv7(), 'direct', $1) RETURNING id),
            joined AS (INSERT INTO participants (conversation_id, user_id) SELECT started.id, unnest($2::uuid[]) FROM started)
       SELECT id FROM started`,
      [ids.join(":"), ids],
    );
    return conversation?.id as string;
  }

  async function fill(id: string, insert: string, values: unknown[]): Promise<void> {
    await parley.sql(insert, values);
    await parley.sql(
      `UPDATE conversations SET last_seq = m.seq, last_message_at = m.created_at
       FROM (SELECT seq, created_at FROM messages WHERE conversation_id = $1 ORDER BY seq DESC LIMIT 1) m WHERE id = $1`,
      [id],
    );
    await parley.sql("UPDATE participants p SET read_seq = c.last_seq FROM conversations c WHERE c.id = $1 AND p.conversation_id = $1", [
      id,
    ]);
  }
}

/** Nobody else's: the tests of a worker share a database. */
function usernameFor(name: string): string {
  return `${name.toLowerCase().replaceAll(/[^a-z]/g, "")}.${randomBytes(4).toString("hex")}`;
}

export type Cast = ReturnType<typeof createCast>;
