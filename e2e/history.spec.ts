import type { BrowserContext, Page } from "@playwright/test";
import type { Person } from "./support/cast";
import type { Parley } from "./support/parley";
import { conversations, message, messages, say, transcript } from "./support/screen";
import { expect, test } from "./support/test";

/** Rows that a page may hold, however long the conversation is. */
const ROWS_MAX = 600;

test("history scrolls up through 2,000 messages without a jump, in a page that stays small", async ({ cast, ada, grace }) => {
  test.setTimeout(90_000);
  const { path } = await cast.longConversation([ada, grace], 2_000);
  const page = await ada.open(path);
  await expect(message(page, /: 2000\. /)).toBeInViewport();
  const { jump, rows } = await scrollThrough(page, -350, 1);
  await expect(message(page, /: 1\. /)).toBeInViewport();
  expect(jump, "pixels by which a line moved that nobody scrolled").toBeLessThanOrEqual(1);
  expect(rows).toBeLessThan(ROWS_MAX);
});

test("and down again, to where new messages join", async ({ cast, ada, grace }) => {
  const { path } = await cast.longConversation([ada, grace], 600);
  const page = await ada.open(path);
  await scrollThrough(page, -350, 1);
  const { jump, rows } = await scrollThrough(page, 350, 600);
  await expect(message(page, /: 600\. /)).toBeInViewport();
  expect(jump).toBeLessThanOrEqual(1);
  expect(rows).toBeLessThan(ROWS_MAX);
});

test("a message that arrives moves nothing for somebody who reads further up, and waits below", async ({ cast, ada, grace }) => {
  const { path } = await cast.longConversation([ada, grace], 200);
  const page = await ada.open(path);
  const graces = await grace.open(path);
  await transcript(page).hover();
  await page.mouse.wheel(0, -1_500);
  await expect(page.getByRole("button", { name: "Jump to latest" })).toBeInViewport();
  const before = await message(page, /: 190\. /).boundingBox();
  await say(graces, "News");
  const jump = page.getByRole("button", { name: "Jump to latest, 1 unread" });
  await expect(jump).toBeVisible();
  expect(await message(page, /: 190\. /).boundingBox()).toEqual(before);
  await jump.click();
  await expect(message(page, "News")).toBeInViewport();
  await expect(jump).toHaveCount(0);
});

test("writing leads to the end, from however far up", async ({ cast, ada, grace }) => {
  const { path } = await cast.longConversation([ada, grace], 600);
  const page = await ada.open(path);
  await scrollThrough(page, -350, 1);
  await say(page, "Back to today");
  await expect(message(page, "Back to today")).toBeInViewport();
  await expect(message(page, "Back to today").getByText("Sent")).toBeAttached();
});

test("a conversation of 100,000 messages opens with as much of it as one of 400", async ({ cast, ada, grace }) => {
  const alan = await cast.person("Alan");
  const short = await cast.longConversation([ada, alan], 400);
  const long = await cast.longConversation([ada, grace], 100_000);
  const page = await ada.open(short.path);
  await expect(message(page, /: 400\. /)).toBeInViewport();
  await page.waitForLoadState("networkidle");
  const rows = await messages(page).count();
  await page.goto(long.path);
  await expect(message(page, /: 100000\. /)).toBeInViewport();
  await expect(messages(page)).toHaveCount(rows);
  expect(rows).toBeLessThan(ROWS_MAX);
});

test.describe("on a machine that is too slow for how fast one scrolls", () => {
  test("history goes on loading to its beginning", async ({ cast, ada, grace }) => {
    await slowDown(ada.context);
    const { path } = await cast.longConversation([ada, grace], 200);
    const page = await ada.open(path);
    await expect(message(page, /: 200\. /)).toBeInViewport();
    await transcript(page).hover();
    await expect(async () => {
      await page.mouse.wheel(0, -100_000);
      await expect(message(page, /: 1\. /)).toBeInViewport({ timeout: 500 });
    }).toPass();
  });

  test("the list goes on loading to its end", async ({ parley, ada }) => {
    await slowDown(ada.context);
    await acquaint(parley, ada, 80);
    const page = await ada.open("/");
    await expect(conversations(page).getByRole("link").first()).toBeVisible();
    await conversations(page).hover();
    await expect(async () => {
      await page.mouse.wheel(0, 100_000);
      await expect(conversations(page).getByRole("link")).toHaveCount(80, { timeout: 500 });
    }).toPass();
  });
});

test("a list that is shorter than a tall screen loads until it fills it", async ({ parley, ada }) => {
  await acquaint(parley, ada, 80);
  const page = await ada.context.newPage();
  await page.setViewportSize({ width: 1280, height: 6_000 });
  await page.goto("/");
  await expect(conversations(page).getByRole("link")).toHaveCount(80);
});

/** Whatever comes into view and leaves it is told late, and several changes at once, as where script holds up everything. */
async function slowDown(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const LATE_MS = 250;
    const Prompt = window.IntersectionObserver;
    window.IntersectionObserver = class extends Prompt {
      constructor(tell: IntersectionObserverCallback, options?: IntersectionObserverInit) {
        let kept: IntersectionObserverEntry[] = [];
        super((entries, observer) => {
          kept.push(...entries);
          setTimeout(() => {
            if (kept.length > 0) tell(kept, observer);
            kept = [];
          }, LATE_MS);
        }, options);
      }
    };
  });
}

/** Conversations with this many people, each of whom has said one thing. */
async function acquaint(parley: Parley, person: Person, count: number): Promise<void> {
  await parley.sql(
    `WITH people AS (INSERT INTO users (id, username, username_key) SELECT uuidv7(), name, name FROM (SELECT 'p' || right($1::text, 12) || '.' || n AS name FROM generate_series(1, $2::int) n) named RETURNING id),
          pairs AS (SELECT uuidv7() AS id, people.id AS other FROM people),
          started AS (INSERT INTO conversations (id, kind, direct_key, last_seq, last_message_at)
            SELECT id, 'direct', least(other::text, $1) || ':' || greatest(other::text, $1), 1, now() FROM pairs),
          joined AS (INSERT INTO participants (conversation_id, user_id, read_seq) SELECT id, unnest(ARRAY[other, $1::uuid]), 1 FROM pairs)
     INSERT INTO messages (id, conversation_id, seq, sender_id, content, created_at) SELECT uuidv7(), id, 1, other, 'Hello', now() FROM pairs`,
    [person.id, count],
  );
}

/**
 * Scrolls a step with every frame until message `to` is on screen, as a person does who holds the wheel. Between two
 * steps nobody scrolls, so no line may move: not when older messages join above, nor when others leave below.
 */
function scrollThrough(page: Page, step: number, to: number): Promise<{ jump: number; rows: number }> {
  return transcript(page).evaluate(
    async (scroller, { step, to }) => {
      const frame = () => new Promise(requestAnimationFrame);
      const view = scroller.getBoundingClientRect();
      const rows = () => [...scroller.querySelectorAll("[data-seq]")];
      const isOnScreen = (row: Element) => row.getBoundingClientRect().bottom > view.top && row.getBoundingClientRect().top < view.bottom;
      let jump = 0;
      let most = 0;
      while (!rows().some((row) => row.getAttribute("data-seq") === String(to) && isOnScreen(row))) {
        scroller.scrollTop += step;
        const anchor = rows().find(isOnScreen) as Element;
        const top = anchor.getBoundingClientRect().top;
        await frame();
        await frame();
        jump = Math.max(jump, anchor.isConnected ? Math.abs(anchor.getBoundingClientRect().top - top) : 0);
        most = Math.max(most, rows().length);
      }
      return { jump, rows: most };
    },
    { step, to },
  );
}
