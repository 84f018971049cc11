import { beforeAll, describe, expect, it } from "vitest";
import { searchWords } from "@/lib/client/screen/search-words";
import { NAME_MAX, USERS_FOUND_MAX } from "@/lib/protocol/limits";
import { sql } from "../support/database";
import { type Person, person } from "../support/person";
import { group, send, talk } from "../support/talk";

let me: Person;

async function named(username: string, name: string | null): Promise<Person> {
  const somebody = await person(username);
  const renamed = await somebody.fetch("/api/auth_user", { method: "PATCH", json: { name: name ?? "" } });
  expect(renamed.status).toBe(200);
  return somebody;
}

const search = async (text: string, by = me) => {
  const answer = await by.fetch(`/api/users?${new URLSearchParams({ search: text })}`);
  return { status: answer.status, body: await answer.json() };
};

const found = async (text: string, by = me): Promise<string[]> => {
  const { status, body } = await search(text, by);
  expect(status).toBe(200);
  return body.map(({ username }: { username: string }) => username);
};

beforeAll(async () => {
  me = await named("me.myself", "José Myself");
  for (const [username, name] of [
    ["jose-1", "José García"],
    ["hansm", "Hans Müller"],
    ["street", "Paul Großstraße"],
    ["soren", "Søren Łukasz Ærø"],
    ["anna_k", "Анна Каренина"],
    ["sophia", "Σοφία Παππάς"],
    ["xiaoming", "王小明"],
    ["fatima", "فاطمة الزهراء"],
    ["vocal", "مُحَمَّد"],
    ["kim.minsu", "김민수"],
    ["brien", "Pat O’Brien"],
    ["fox", "🦊 Fox"],
    ["Mary.Shelley", null],
    ["percent", "100% Real"],
  ] as const) {
    await named(username, name);
  }
});

describe("finding people", () => {
  it.each([
    ["jose", ["jose-1"]],
    ["JOSÉ", ["jose-1"]],
    ["jose\u0301", ["jose-1"]],
    ["garcia", ["jose-1"]],
    ["arc", ["jose-1"]],
    ["muller", ["hansm"]],
    ["Müller", ["hansm"]],
    ["ülle", ["hansm"]],
    ["hans mül", ["hansm"]],
    ["mül  HANS", ["hansm"]],
    ["hansm müller", ["hansm"]],
    ["strasse", ["street"]],
    ["straße", ["street"]],
    ["STRASSE", ["street"]],
    ["STRAẞE", ["street"]],
    ["søren", ["soren"]],
    ["lukasz", ["soren"]],
    ["aero", ["soren"]],
    ["каренин", ["anna_k"]],
    ["АННА", ["anna_k"]],
    ["σοφια", ["sophia"]],
    ["ΠΑΠΠΑΣ", ["sophia"]],
    ["παππάς", ["sophia"]],
    ["小明", ["xiaoming"]],
    ["王", ["xiaoming"]],
    ["明", ["xiaoming"]],
    ["زهرا", ["fatima"]],
    ["محمد", ["vocal"]],
    ["민수", ["kim.minsu"]],
    ["o'brien", ["brien"]],
    ["O’BRIEN", ["brien"]],
    ["🦊", ["fox"]],
    ["@mary.shelley", ["Mary.Shelley"]],
    ["shelley mary", ["Mary.Shelley"]],
    ["hell", ["Mary.Shelley"]],
    ["100%", ["percent"]],
    ["garcia hans", []],
    ["%", []],
    ["_", []],
    ["\\", []],
    ["@", []],
    ["nobody at all", []],
  ])("by %j, as a part of the words of name or username, accents and letter case aside", async (text, usernames) => {
    expect(await found(text)).toEqual(usernames);
  });

  it("tells who they are and what they look like", async () => {
    const [jose] = await sql<{ id: string }>("SELECT id FROM users WHERE username = 'jose-1'");
    const expected = { id: jose?.id, username: "jose-1", name: "José García", avatarURL: null, conversationId: null };
    expect((await search("jose")).body).toEqual([expected]);
  });

  it("never finds the one who asks", async () => {
    expect(await found("myself")).toEqual([]);
    expect(await found("me.myself")).toEqual([]);
  });

  it("counts a single letter at the beginning of words only, of which nearly every name holds some", async () => {
    expect(await found("k")).toEqual(["anna_k", "kim.minsu"]);
  });

  it("finds somebody by a new name at once, and no longer by the old one", async () => {
    const somebody = await named("changer", "Before");
    expect(await found("before")).toEqual(["changer"]);
    await somebody.fetch("/api/auth_user", { method: "PATCH", json: { name: "Áfter" } });
    expect(await found("before")).toEqual([]);
    expect(await found("after")).toEqual(["changer"]);
    await somebody.fetch("/api/auth_user", { method: "PATCH", json: { name: "" } });
    expect(await found("after")).toEqual([]);
    expect(await found("changer")).toEqual(["changer"]);
  });
});

describe("the order", () => {
  let seeker: Person;
  let places: Record<string, string>;

  beforeAll(async () => {
    seeker = await person("seeker");
    places = {};
    for (const username of ["old.rosenberg", "ambrose", "new.rosenberg", "silent.rosenberg"]) {
      const other = await person(username);
      places[username] = (await talk(seeker, other)).id;
      if (username !== "silent.rosenberg") await send(other, places[username], "hello");
    }
    const stranger = await person("a.rosenbaum");
    await person("b.rosenbaum");
    await person("primrose");
    await group(seeker, stranger);
  });

  const expected = ["new.rosenberg", "old.rosenberg", "silent.rosenberg", "ambrose", "a.rosenbaum", "b.rosenbaum", "primrose"];

  it("has those first whom one talks with, by the latest message, and beginnings of words before the rest", async () => {
    expect(await found("rose", seeker)).toEqual(expected);
    expect(await found("rose", seeker)).toEqual(expected);
  });

  it("says with whom there is a conversation: a direct one of the two", async () => {
    const { body } = await search("rose", seeker);
    expect(body.map(({ conversationId }: { conversationId: string | null }) => conversationId)).toEqual(
      expected.map((username) => places[username] ?? null),
    );
  });

  it("finds a conversation that lies beyond the first page of the list", async () => {
    const busy = await person("busy");
    const first = await person("first.of.all");
    const place = await talk(busy, first);
    await send(busy, place.id, "long ago");
    for (let i = 0; i < 26; i++) await send(busy, (await talk(busy, await person(`later-${i}`))).id, "hello");
    expect((await search("of all", busy)).body).toMatchObject([{ username: "first.of.all", conversationId: place.id }]);
  });

  it("ends after so many, all of those one talks with before others", async () => {
    const popular = await person("popular");
    const last = await person("zz.twin");
    for (let i = 0; i < USERS_FOUND_MAX + 5; i++) await person(`twin-${String(i).padStart(2, "0")}`);
    await talk(popular, last);
    const twins = Array.from({ length: USERS_FOUND_MAX - 1 }, (_, i) => `twin-${String(i).padStart(2, "0")}`);
    expect(await found("twin", popular)).toEqual(["zz.twin", ...twins]);
  });
});

describe("a search", () => {
  it.each(["", "   ", "x".repeat(NAME_MAX + 1), "😀".repeat(NAME_MAX + 1), "\u0000", "x".repeat(5_000)])("is not %j", async (text) => {
    expect(await search(text)).toEqual({
      status: 422,
      body: { errors: { search: expect.stringMatching(/^[A-Z].*\.$/) }, codes: expect.any(Object) },
    });
  });

  it("may be as long as a name", async () => {
    expect(await found("😀".repeat(NAME_MAX))).toEqual([]);
    expect(await found("a ".repeat(NAME_MAX / 2))).toEqual(expect.any(Array));
  });

  it("says what it looks for", async () => {
    expect((await me.fetch("/api/users")).status).toBe(422);
  });
});

describe("the words that are compared", () => {
  it.each([
    "José  GARCÍA",
    "@mary.shelley",
    "Straße Łódź Ærø",
    "ΠΑΠΠΑΣ",
    "İstanbul ışık",
    "مُحَمَّد",
    "O’Brien, %_\\",
    "が 김민수 王小明",
    "Ⅷ ﬁ ½ Ａ",
  ])("of %j are the same in the database as in the browser, which finds at once whom it knows", async (text) => {
    expect(await sql("SELECT search_words($1) AS words", [text])).toEqual([{ words: searchWords(text).join(" ") }]);
  });
});
