import { beforeAll, describe, expect, it } from "vitest";
import { host } from "../support/host";
import { person } from "../support/person";
import { type DemoError, type DemoMessage, ReferenceClient } from "../support/reference-client";

const john = new ReferenceClient();
const jane = new ReferenceClient();

/** What a page of the demo has received, and a way to wait for more of it. */
async function inbox(client: ReferenceClient) {
  const received: DemoMessage[] = [];
  const waiting: (() => void)[] = [];
  const close = await client.subscribe((message) => {
    received.push(message);
    for (const look of waiting.splice(0)) look();
  });
  const arrived = async (count: number) => {
    while (received.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { received, arrived, close };
}

const failure = (call: Promise<unknown>): Promise<DemoError> =>
  call.then(
    () => expect.unreachable(),
    (error) => error,
  );

beforeAll(async () => {
  await host({ DEV_LOGIN: "1" });
  for (const username of ["john", "jane", "jack"]) await person(username);
});

describe("the reference demo's client", () => {
  it("signs in by name, and is who it says", async () => {
    expect((await failure(john.authUser())).statusCode).toBe(401);
    expect(await failure(john.login("nobody"))).toMatchObject({ statusCode: 404, message: "User not found" });
    for (const [client, username] of [
      [john, "john"],
      [jane, "jane"],
    ] as const) {
      const user = await client.login(username);
      expect(user).toMatchObject({ id: expect.any(String), username, avatarURL: null });
      expect(await client.authUser()).toMatchObject(user);
    }
    expect(Date.parse((await john.refreshToken()).expiresAt)).toBeGreaterThan(Date.now());
  });

  it("finds somebody, and starts a conversation, or comes to the one that is there", async () => {
    expect(await john.searchUsernames("ja")).toEqual(["jack", "jane"]);
    expect(await john.conversations()).toEqual([]);
    const started = await john.createConversation("jane");
    expect(typeof started.id).toBe("string");
    expect(started.otherParticipant.username).toBe("jane");
    expect((await jane.createConversation("john")).id).toBe(started.id);
    expect((await john.createConversation("jane")).id).toBe(started.id);
    expect(await john.otherParticipant(started.id)).toMatchObject({ username: "jane" });
  });

  it("shows what went wrong at the field where it did", async () => {
    const { id } = await john.createConversation("jane");
    expect(await failure(john.createConversation("  "))).toMatchObject({
      statusCode: 422,
      body: { errors: { username: expect.any(String) } },
    });
    expect(await failure(john.createMessage(id, "  "))).toMatchObject({
      statusCode: 422,
      body: { errors: { content: expect.any(String) } },
    });
    expect(await failure(john.searchUsernames(""))).toMatchObject({ statusCode: 422, body: { errors: { search: expect.any(String) } } });
    expect(await failure(john.createConversation("john"))).toMatchObject({ statusCode: 403, message: expect.any(String) });
    expect(await failure(john.createConversation("nobody"))).toMatchObject({ statusCode: 404, message: expect.any(String) });
    expect(await failure(john.messages("nothing"))).toMatchObject({ statusCode: 404, message: expect.any(String) });
  });

  it("holds a whole conversation: each hears the other live, reads, and pages back through all of it", async () => {
    const { id } = await john.createConversation("jane");
    const [atJohns, atJanes] = [await inbox(john), await inbox(jane)];
    const said: string[] = [];
    for (let turn = 0; turn < 20; turn++) {
      for (const [speaker, heard] of [
        [john, atJanes],
        [jane, atJohns],
      ] as const) {
        const message = await speaker.createMessage(id, `turn ${turn}`);
        said.unshift(message.id);
        expect(message).toMatchObject({ mine: true, conversationId: id, content: `turn ${turn}` });
        await heard.arrived(turn + 1);
        expect(heard.received.at(-1)).toMatchObject({
          id: message.id,
          mine: false,
          conversationId: id,
          content: `turn ${turn}`,
          createdAt: message.createdAt,
        });
      }
    }
    // Nobody hears themselves: the demo would show it twice.
    expect([atJohns.received.length, atJanes.received.length]).toEqual([20, 20]);

    const first = await jane.messages(id);
    expect(first).toHaveLength(25);
    const rest = await jane.messages(id, first.at(-1)?.id);
    expect([...first, ...rest].map((message) => message.id)).toEqual(said);
    expect([...first, ...rest].filter(({ mine }) => mine)).toHaveLength(20);

    // The last word was Jane's.
    expect(await john.conversations()).toMatchObject([
      { id, hasUnreadMessages: true, lastMessage: { mine: false, content: "turn 19" }, otherParticipant: { username: "jane" } },
    ]);
    expect(await jane.conversations()).toMatchObject([{ id, hasUnreadMessages: false, lastMessage: { mine: true } }]);
    await john.readMessages(id);
    expect((await john.conversation(id)).hasUnreadMessages).toBe(false);
    expect(await john.conversations(id)).toEqual([]);
    atJohns.close();
    atJanes.close();
  });
});
