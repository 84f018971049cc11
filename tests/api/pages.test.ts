import { beforeAll, describe, expect, it } from "vitest";
import type { Message } from "@/lib/protocol/messages";
import type { Person } from "../support/person";
import { conversationsOf, messagesOf, pair, send, sendMany, somebody, talk } from "../support/talk";

const numbers = (messages: Message[]) => messages.map(({ seq }) => seq);

/** From `first` to `last`, up or down. */
const range = (first: number, last: number) =>
  Array.from({ length: Math.abs(last - first) + 1 }, (_, i) => (first < last ? first + i : first - i));

describe("the messages of a conversation", () => {
  let one: Person;
  let id: string;
  let sent: Message[];
  const idOf = (seq: number) => sent[seq - 1]?.id;

  beforeAll(async () => {
    ({ one, id } = await pair());
    sent = await sendMany(one, id, 110);
  });

  it.each([
    ["", range(110, 86), "the latest 25, newest first"],
    ["?limit=1", [110], "the latest"],
    ["?limit=100", range(110, 11), "the latest 100"],
    ["?before=:50", range(49, 25), "the 25 before one"],
    ["?before=:50&limit=3", [49, 48, 47], "the three before one"],
    ["?before=:3", [2, 1], "what is left before one"],
    ["?before=:1", [], "nothing before the first"],
    ["?after=:50", range(51, 75), "the 25 after one, oldest first"],
    ["?after=:108&limit=100", [109, 110], "what is left after one"],
    ["?after=:110", [], "nothing after the last"],
    ["?around=:50", range(62, 38), "one in the midst of 25"],
    ["?around=:50&limit=4", [52, 51, 50, 49], "one in the midst of four"],
    ["?around=:50&limit=1", [50], "that one alone"],
    ["?around=:1&limit=5", [3, 2, 1], "the first, with what came after it"],
    ["?around=:110&limit=5", [110, 109, 108], "the last, with what came before it"],
    ["?unknown=1", range(110, 86), "the latest, whatever else is asked"],
  ])("%s gives %j: %s", async (query, expected) => {
    const asked = query.replace(/:(\d+)/, (_, seq) => idOf(Number(seq)) ?? "");
    expect(numbers(await messagesOf(one, id, asked))).toEqual(expected);
  });

  it.each(["0", "101", "-1", "abc", "1.5", "", "1e9", "Infinity", "NaN", "null"])("are not limited to %j", async (limit) => {
    for (const path of [`/api/conversations/${id}/messages`, "/api/conversations"]) {
      const refused = await one.fetch(`${path}?limit=${limit}`);
      expect({ status: refused.status, body: await refused.json() }).toEqual({
        status: 422,
        body: { errors: { limit: expect.any(String) }, codes: expect.any(Object) },
      });
    }
  });

  it("are asked for in one direction at a time", async () => {
    const refused = await one.fetch(`/api/conversations/${id}/messages?before=${idOf(5)}&after=${idOf(1)}`);
    expect(refused.status).toBe(422);
    expect(await refused.json()).toEqual({ errors: { before: expect.any(String) }, codes: expect.any(Object) });
  });

  it.each(["before", "after", "around"])("are not found %s what is not there", async (direction) => {
    const elsewhere = await talk(one, await somebody());
    const foreign = await send(one, elsewhere.id, "in another conversation of the same person");
    for (const anchor of [foreign.id, "00000000-0000-7000-8000-000000000000", "abc", "1", "", "%00", "%F0%9F%98%80"]) {
      const answer = await one.fetch(`/api/conversations/${id}/messages?${direction}=${anchor}`);
      expect({ status: answer.status, body: await answer.json() }).toMatchObject({ status: 404, body: { message: "Message not found" } });
    }
  });
});

describe("while others write", () => {
  let one: Person;
  let other: Person;
  let id: string;

  beforeAll(async () => {
    ({ one, other, id } = await pair());
    await sendMany(one, id, 60);
  });

  /** Sends from both sides for as long as `task` takes, and at least once. */
  async function whileWriting<T>(task: () => Promise<T>): Promise<T> {
    let done = false;
    const write = async (sender: Person) => {
      do await send(sender, id, "meanwhile");
      while (!done);
    };
    const writing = Promise.all([write(one), write(other)]);
    const result = await task();
    done = true;
    await writing;
    return result;
  }

  it("paging back neither skips nor repeats", async () => {
    const seen = await whileWriting(async () => {
      const all: Message[] = [];
      for (let page = await messagesOf(other, id, "?limit=7"); page.length > 0; ) {
        all.push(...page);
        page = await messagesOf(other, id, `?limit=7&before=${all.at(-1)?.id}`);
      }
      return all;
    });
    expect(numbers(seen)).toEqual(range(seen[0]?.seq ?? 0, 1));
  });

  it("paging forward neither skips nor repeats, and arrives at the end", async () => {
    const [first] = (await messagesOf(other, id, "?limit=100")).slice(-1);
    const seen: Message[] = [];
    const follow = async () => {
      for (let pages = 0; pages < 30; pages++) {
        const page = await messagesOf(other, id, `?limit=9&after=${(seen.at(-1) ?? first)?.id}`);
        seen.push(...page);
        if (page.length === 0) return;
      }
    };
    await whileWriting(follow);
    await follow();
    const [last] = await messagesOf(other, id, "?limit=1");
    expect(numbers(seen)).toEqual(range((first?.seq ?? 0) + 1, last?.seq ?? 0));
  });

  it("what lies around a message has no hole", async () => {
    await whileWriting(async () => {
      for (let round = 0; round < 15; round++) {
        const [latest] = await messagesOf(other, id, "?limit=1");
        const seen = numbers(await messagesOf(other, id, `?around=${latest?.id}&limit=11`));
        expect(seen).toContain(latest?.seq);
        expect(seen).toEqual(range(seen[0] ?? 0, seen.at(-1) ?? 0));
      }
    });
  });
});

describe("the pages of the list of conversations", () => {
  let one: Person;
  let ids: string[];

  beforeAll(async () => {
    one = await somebody();
    ids = [];
    for (let i = 0; i < 30; i++) {
      const { id } = await talk(one, await somebody());
      await send(one, id, `message ${i}`);
      ids.unshift(id);
    }
  });

  const page = async (query: string) => (await conversationsOf(one, query)).map(({ id }) => id);

  it("have 25 unless a limit says otherwise", async () => {
    expect(await page("")).toEqual(ids.slice(0, 25));
    expect(await page("?limit=1")).toEqual(ids.slice(0, 1));
    expect(await page("?limit=100")).toEqual(ids);
  });

  it("go on before the last that one has, to the end", async () => {
    expect(await page(`?before=${ids[24]}`)).toEqual(ids.slice(25));
    expect(await page(`?before=${ids[9]}&limit=5`)).toEqual(ids.slice(10, 15));
    expect(await page(`?before=${ids[29]}`)).toEqual([]);
  });

  it.each(["abc", "1", "", "%00"])("are not found before %j", async (before) => {
    expect((await one.fetch(`/api/conversations?before=${before}`)).status).toBe(404);
  });

  it("neither skip nor repeat while conversations move up", async () => {
    const first = await conversationsOf(one, "?limit=10");
    const listed = first.map(({ id }) => id);
    for (const moved of [listed[2], listed[7]]) await send(one, moved ?? "", "up it goes");
    for (let next = await page(`?limit=10&before=${listed.at(-1)}`); next.length > 0; ) {
      listed.push(...next);
      next = await page(`?limit=10&before=${listed.at(-1)}`);
    }
    expect(listed).toHaveLength(30);
    expect(new Set(listed).size).toBe(30);
  });

  it("keep their place by the last message's id, also when that very conversation has moved up", async () => {
    const listed = await conversationsOf(one, "?limit=100");
    const last = listed[9];
    await send(one, last?.id ?? "", "up it goes");
    expect(await page(`?limit=5&before=${last?.lastMessage?.id}`)).toEqual(listed.slice(10, 15).map(({ id }) => id));
  });
});
