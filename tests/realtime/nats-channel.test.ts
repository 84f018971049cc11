import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newId } from "@/lib/server/ids";
import type { Channel } from "@/lib/server/realtime/channel";
import { epoch } from "@/lib/server/realtime/epoch";
import { NatsChannel } from "@/lib/server/realtime/nats-channel";
import { hasNats, type Nats, startNats } from "../support/nats";

vi.mock("@/lib/server/realtime/epoch", { spy: true });

/** A server, as far as the bus goes, and all that it has heard. */
type Server = { channel: Channel; heard: string[]; opened: number };

describe.skipIf(!hasNats)("on NATS", () => {
  let nats: Nats;
  const servers: Server[] = [];

  beforeAll(async () => {
    nats = await startNats();
  });

  afterAll(async () => {
    for (const { channel } of servers) await channel.stop();
    await nats.kill();
  });

  async function join(url = nats.url): Promise<Server> {
    const heard: string[] = [];
    const server: Server = {
      heard,
      opened: 0,
      channel: new NatsChannel(url, {
        onOpen: () => void server.opened++,
        onWords: (words) => void heard.push(...words),
      }),
    };
    servers.push(server);
    await expect.poll(() => server.channel.isOpen, { timeout: 10_000 }).toBe(true);
    return server;
  }

  /** What is said first is heard first, so what has not been heard by then will not be. */
  const settled = (speaker: Server, ...listeners: Server[]) => {
    const word = `end ${newId()}`;
    void speaker.channel.say([{ words: [word] }]);
    return Promise.all(listeners.map(({ heard }) => expect.poll(() => heard, { timeout: 5_000 }).toContain(word)));
  };

  test("what is about a topic reaches the servers at which somebody listens to it, and what is about none reaches all", async () => {
    const [one, two, three] = [await join(), await join(), await join()];
    const [ours, theirs] = [newId(), newId()];
    two.channel.listen(ours);
    three.channel.listen(theirs);
    await settled(two, one, three);
    await settled(three, one, two);
    await one.channel.say([
      { words: ["events", `=${ours}`], topic: ours },
      { words: ["events", `+${theirs}`], topic: theirs },
      { words: ["here"] },
    ]);
    await settled(one, two, three);
    expect(two.heard).toEqual(expect.arrayContaining([`=${ours}`, "here"]));
    expect(two.heard).not.toContain(`+${theirs}`);
    expect(three.heard).toContain(`+${theirs}`);
    expect(three.heard).not.toContain(`=${ours}`);
    expect(one.heard).not.toContain("here");
  });

  test("a topic that nobody listens to any more is not heard; one of two on the same subject still is", async () => {
    const [one, two] = [await join(), await join()];
    const topic = newId();
    two.channel.listen(topic);
    two.channel.listen(topic);
    two.channel.ignore(topic);
    await settled(two, one);
    await one.channel.say([{ words: ["still"], topic }]);
    await settled(one, two);
    expect(two.heard).toContain("still");
    two.channel.ignore(topic);
    await settled(two, one);
    await one.channel.say([{ words: ["no more"], topic }]);
    await settled(one, two);
    expect(two.heard).not.toContain("no more");
  });

  test("after NATS was killed it is open again by itself, and hears its topics, also those that came meanwhile", async () => {
    const [one, two] = [await join(), await join()];
    const [before, meanwhile] = [newId(), newId()];
    two.channel.listen(before);
    await nats.kill();
    await expect.poll(() => two.channel.isOpen, { timeout: 10_000 }).toBe(false);
    two.channel.listen(meanwhile);
    await nats.start();
    await expect.poll(() => [one.channel.isOpen, two.channel.isOpen], { timeout: 20_000 }).toEqual([true, true]);
    expect(two.opened).toBe(2);
    await settled(two, one);
    await one.channel.say([before, meanwhile].map((topic) => ({ words: [`+${topic}`], topic })));
    await settled(one, two);
    expect(two.heard).toEqual(expect.arrayContaining([`+${before}`, `+${meanwhile}`]));
  });

  test("a server that starts before NATS does finds it later, and hears its topics", async () => {
    await nats.kill();
    const heard: string[] = [];
    const early = new NatsChannel(nats.url, { onOpen: () => {}, onWords: (words) => void heard.push(...words) });
    const topic = newId();
    early.listen(topic);
    await nats.start();
    await expect.poll(() => early.isOpen, { timeout: 20_000 }).toBe(true);
    const one = await join();
    servers.push({ channel: early, heard, opened: 1 });
    await expect
      .poll(async () => {
        await one.channel.say([{ words: ["for the early one"], topic }]);
        return heard;
      })
      .toContain("for the early one");
  });

  test("what comes from another history of the database, such as a copy of it, is not heard", async () => {
    const [one, two] = [await join(), await join()];
    vi.mocked(epoch).mockResolvedValueOnce("another");
    await one.channel.say([{ words: ["from a copy"] }]);
    await settled(one, two);
    expect(two.heard).not.toContain("from a copy");
  });
});
