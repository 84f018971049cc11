import { setTimeout as pause } from "node:timers/promises";
import type { Page } from "@playwright/test";
import { length, patience, tell } from "@/tests/support/lengths";
import type { TcpProxy } from "@/tests/support/tcp-proxy";
import type { Cast, Conversation, Person } from "./support/cast";
import type { Parley } from "./support/parley";
import { composer, conversations, conversationWith, message, messages, numberedLines, say, settled, transcript } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

/** Messages that are exchanged while the network fails. */
const COUNT = length(40, 500);
const STREAM = "/api/messages";
const NO_CONNECTION = "No connection. What you write is kept and sent later.";

test.use({ complaints: FAILED_REQUESTS });

test("two people with two tabs each see the same and all of it, over a network that keeps failing", { tag: "@long" }, async ({
  cast,
  parley,
  badNetwork,
}) => {
  test.setTimeout(patience(300_000));
  const networks = [await badNetwork(), await badNetwork()] as const;
  const ada = await cast.person("Ada", { baseURL: networks[0].url });
  const grace = await cast.person("Grace", { baseURL: networks[1].url });
  const conversation = await cast.conversation([ada, grace]);
  const { path } = conversation;
  const tabs = [await ada.open(path), await ada.open(path), await grace.open(path), await grace.open(path)];

  const over = new AbortController();
  const weather = networks.map((network, n) => fail(network, n + 1, over.signal));
  for (let n = 1; n <= COUNT; n++) await type(tabs[n % 4] as Page, `Message ${n}`);
  over.abort();
  const faults = (await Promise.all(weather)).reduce((sum, count) => sum + count);
  await expect.poll(async () => (await saidIn(parley, conversation)).length, { timeout: 60_000 }).toBe(COUNT);

  // A gap is healed by what comes after it. Each side misses one more that nothing comes after: only a replay brings that.
  for (const [side, network] of networks.entries()) {
    const [theirs, own] = side === 0 ? [tabs.slice(2), tabs.slice(0, 2)] : [tabs.slice(0, 2), tabs.slice(2)];
    const text = `Message ${COUNT + side + 1}`;
    network.refuse();
    await say(theirs[0] as Page, text);
    await expect(message(theirs[0] as Page, text).getByText("Sent")).toBeAttached({ timeout: 30_000 });
    network.heal();
    for (const tab of own) await expect(message(tab, text)).toBeVisible({ timeout: 30_000 });
  }

  const said = await saidIn(parley, conversation);
  expect([...said].sort()).toEqual(Array.from({ length: COUNT + 2 }, (_, n) => `Message ${n + 1}`).sort());
  for (const tab of tabs) expect(await wholeTranscript(tab, said.length)).toEqual(said);
  tell("2 people × 2 tabs over a failing network", { messages: said.length, faults: faults + 2, lost: 0, doubled: 0 });
});

test("a quiet note tells of a connection that has been gone for five seconds, and goes by itself", async ({ cast, badNetwork, grace }) => {
  const network = await badNetwork();
  const ada = await cast.person("Ada", { baseURL: network.url });
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open(path);
  const note = page.getByText(NO_CONNECTION);
  await expect(message(page, "Hello")).toBeVisible();
  network.refuse();
  await expect(note).toBeHidden();
  await expect(note).toBeVisible();
  await say(page, "Into the void");
  await expect(message(page, "Into the void").getByText("Waiting for a connection")).toBeAttached();
  network.heal();
  await expect(note).toBeHidden({ timeout: 20_000 });
  await expect(message(await grace.open(path), "Into the void")).toBeVisible();
});

test("a connection that went silent is given up for a new one", async ({ cast, badNetwork, grace }) => {
  const network = await badNetwork();
  const ada = await cast.person("Ada", { baseURL: network.url });
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.context.newPage();
  await page.clock.install();
  await page.goto(path);
  await expect(page.getByRole("textbox", { name: /^Message to / })).toBeFocused();
  const graces = await grace.open(path);
  await say(graces, "While all was well");
  await expect(message(page, "While all was well")).toBeVisible();
  network.forget();
  await say(graces, "Into the silence");
  await expect(message(graces, "Into the silence").getByText("Sent")).toBeAttached();
  await expect(messages(page)).toHaveCount(2);
  // The clock leaps until the page asks for another stream. From there it runs as it does, so that the server has its time to answer.
  let asks = false;
  page.on("request", (request) => (asks ||= new URL(request.url()).pathname === STREAM));
  let seconds = 0;
  for (; !asks && seconds < 60; seconds += 5) await page.clock.runFor(5_000);
  expect(asks, "asked for another stream within a minute").toBe(true);
  await expect(message(page, "Into the silence")).toBeVisible();
});

/** A page of Ada's whose clock the test turns, on which Grace shows as online. */
async function seesOnline(cast: Cast, ada: Person, grace: Person) {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.context.newPage();
  await page.clock.install();
  await page.goto(path);
  await settled(page);
  const online = page.getByRole("main").getByText("Online");
  await grace.open(path);
  await expect(online).toBeVisible();
  return { page, online };
}

test("a network that is lost without a word is told within twelve seconds, and nobody shows as online any more", async ({
  cast,
  badNetwork,
  grace,
}) => {
  const network = await badNetwork();
  const ada = await cast.person("Ada", { baseURL: network.url });
  const { page, online } = await seesOnline(cast, ada, grace);
  const note = page.getByText(NO_CONNECTION);
  await expect(note).toBeHidden();
  network.blackHole();
  for (let seconds = 0; seconds < 12; seconds++) await page.clock.runFor(1_000);
  await expect(note).toBeVisible();
  await expect(online).toBeHidden();
  network.heal();
  await page.clock.runFor(30_000);
  await expect(note).toBeHidden();
  await expect(online).toBeVisible();
});

test("a browser that knows itself to be offline says so five seconds later, and comes back at once", async ({ cast, ada, grace }) => {
  const { page, online } = await seesOnline(cast, ada, grace);
  await page.route("**/api/messages?*", (route) => route.abort());
  await page.evaluate(() => window.dispatchEvent(new Event("offline")));
  await expect(online).toBeHidden();
  const note = page.getByText(NO_CONNECTION);
  await page.clock.runFor(4_000);
  await expect(note).toBeHidden();
  await page.clock.runFor(1_500);
  await expect(note).toBeVisible();
  await page.unrouteAll();
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect(note).toBeHidden();
  await expect(online).toBeVisible();
});

for (const [device, viewport] of [
  ["a desk", { width: 1280, height: 800 }],
  ["a phone", { width: 390, height: 844 }],
  ["a small phone", { width: 320, height: 568 }],
] as const) {
  test(`the note of a lost connection covers nothing and moves no message, at ${device}`, async ({ cast, badNetwork, grace }) => {
    const network = await badNetwork();
    const ada = await cast.person("Ada", { baseURL: network.url, viewport });
    const { path } = await cast.longConversation([ada, grace], 60);
    const page = await ada.open(path);
    const last = message(page, /: 60\. /);
    await expect(last).toBeInViewport();
    const before = await last.boundingBox();
    network.refuse();
    const note = page.getByText(NO_CONNECTION);
    await expect(note).toBeVisible();
    expect(await last.boundingBox()).toEqual(before);
    const { bottom } = boxOf(await note.boundingBox());
    const { top } = boxOf(await transcript(page).boundingBox());
    expect(top, "where messages begin").toBeGreaterThanOrEqual(bottom);
  });

  test(`nor anything of the list, at ${device}`, async ({ cast, badNetwork, grace }) => {
    const network = await badNetwork();
    const ada = await cast.person("Ada", { baseURL: network.url, viewport });
    await cast.conversation([ada, grace], [[grace, "Hello"]]);
    const page = await ada.open("/");
    const list = conversations(page);
    const before = await conversationWith(page, "Grace").boundingBox();
    network.refuse();
    const note = page.getByText(NO_CONNECTION);
    await expect(note).toBeVisible();
    expect(await conversationWith(page, "Grace").boundingBox()).toEqual(before);
    const [a, b] = [boxOf(await note.boundingBox()), boxOf(await list.boundingBox())];
    expect(a.top >= b.bottom || a.left >= b.right, "beside the list or below it").toBe(true);
  });
}

function boxOf(box: { x: number; y: number; width: number; height: number } | null) {
  const { x = 0, y = 0, width = 0, height = 0 } = box ?? {};
  return { left: x, top: y, right: x + width, bottom: y + height };
}

/** As fast as a hurried person, so that faults fall between messages and into them. */
async function type(page: Page, text: string): Promise<void> {
  await composer(page).pressSequentially(text, { delay: 15 });
  await page.keyboard.press("Enter");
}

/** Something goes wrong every one to three seconds, in an order that is the same in every run. Returns how often. */
async function fail(network: TcpProxy, seed: number, over: AbortSignal): Promise<number> {
  const faults = [() => network.cut(), () => network.blackHole(), () => network.cut(), () => network.delay(300)];
  let n = 0;
  for (; !over.aborted; n++) {
    faults[(seed + n) % faults.length]?.();
    await pause(1_000 + (((seed + n) * 617) % 2_000), undefined, { signal: over }).catch(() => {});
    network.heal();
  }
  return n;
}

/** What the server holds, in its order. */
async function saidIn(parley: Parley, { id }: Conversation): Promise<string[]> {
  const rows = await parley.sql<{ content: string }>("SELECT content FROM messages WHERE conversation_id = $1 ORDER BY seq", [id]);
  return rows.map(({ content }) => content);
}

/** What a tab shows from the first message to the `count`th, in its order. It holds a part at a time, so it is scrolled through. */
async function wholeTranscript(page: Page, count: number): Promise<string[]> {
  const shown = new Map<number, string>();
  for (const [step, last] of [
    [2_000, count],
    [-2_000, 1],
  ] as const) {
    await expect(async () => {
      const lines = await numberedLines(page);
      expect(new Set(lines.map(([seq]) => seq)).size, "lines that show once").toBe(lines.length);
      for (const [seq, text] of lines) shown.set(seq, text);
      await transcript(page).evaluate((scroller, step) => scroller.scrollBy(0, step), step);
      expect(shown.has(last)).toBe(true);
    }).toPass({ timeout: 60_000, intervals: [50] });
  }
  return [...shown].sort(([a], [b]) => a - b).map(([, text]) => text);
}
