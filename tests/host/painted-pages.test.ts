import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "../support/server";
import { fill, messagesOf, read, somebody, talk } from "../support/talk";

/** Bytes that a page may have, whatever people write. */
const PAGE_MAX = 600 * 1024;

let server: RunningServer;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** The page of a conversation with so many messages, of which its reader has read some: its bytes, and the messages on it. */
async function pageOf(count: number, content: string, alreadyRead = count): Promise<{ bytes: number; seqs: number[]; html: string }> {
  const [writer, reader] = await Promise.all([somebody(), somebody()]);
  const { id } = await talk(writer, reader);
  await fill(id, writer, count, content);
  const seen = (await messagesOf(reader, id, "?limit=100")).find(({ seq }) => seq === alreadyRead);
  if (seen) await read(reader, id, seen.id);
  const answer = await fetch(`${server.url}/c/${id}`, { headers: { Cookie: `parley.session=${reader.token}` } });
  expect(answer.status).toBe(200);
  const html = await answer.text();
  return { bytes: Buffer.byteLength(html), html, seqs: [...html.matchAll(/data-seq="(\d+)"/g)].map(([, seq]) => Number(seq)) };
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const startsUnread = (html: string) => html.split("data-seq=").findIndex((row) => row.includes("New messages"));

describe("a page stays small, whatever is written", () => {
  test.each([
    ["links", "a.co ".repeat(800).trim()],
    ["addresses of mail", "ann@example.org ".repeat(250).trim()],
    ["marks that HTML escapes", '<&"\u2028'.repeat(1_000)],
    ["text that never ends", "x".repeat(4_000)],
    ["signs of three bytes", "語".repeat(4_000)],
    ["emoji", "🙂".repeat(4_000)],
    ["lines", `x${"\n".repeat(3_998)}x`],
  ])("fifty messages of %s", async (_, content) => {
    const { bytes, seqs } = await pageOf(50, content);
    expect(bytes).toBeLessThan(PAGE_MAX);
    expect(seqs).toEqual(upTo(seqs[0] as number, 50));
  });

  test("fifty ordinary messages are all on it", async () => {
    const { seqs } = await pageOf(60, "Let me check and come back to you with the numbers from this morning.");
    expect(seqs).toEqual(upTo(11, 60));
  });
});

describe("a page of the longest messages has the line of what is new, and what stands next to it", () => {
  test.each([
    [50, 49],
    [50, 45],
    [50, 30],
    [60, 10],
    [60, 1],
    [60, 0],
  ])("with %i messages of which %i were read", async (count, alreadyRead) => {
    const { bytes, seqs, html } = await pageOf(count, "x".repeat(4_000), alreadyRead);
    expect(bytes).toBeLessThan(PAGE_MAX);
    expect(seqs).toContain(alreadyRead + 1);
    expect(seqs).toContain(Math.max(1, alreadyRead));
    expect(seqs).toEqual(upTo(seqs[0] as number, seqs.at(-1) as number));
    expect(seqs.length).toBeGreaterThanOrEqual(5);
    expect(seqs[startsUnread(html) - 1]).toBe(alreadyRead + 1);
  });
});
