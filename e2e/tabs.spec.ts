import type { Page } from "@playwright/test";
import { composer, message, messages, say } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

test.use({ complaints: FAILED_REQUESTS });

/** Requests for the stream that a tab has open: it is of the leading tab only. */
function countStreams(pages: Page[]): () => number {
  const open = new Set<unknown>();
  for (const page of pages) {
    page.on("request", (request) => request.url().includes("/api/messages?") && open.add(request));
    page.on("requestfailed", (request) => open.delete(request));
    page.on("requestfinished", (request) => open.delete(request));
  }
  return () => open.size;
}

test("ten tabs over HTTP/1.1 stay usable: they share one stream", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Hello"]]);
  const tabs = await Promise.all(Array.from({ length: 10 }, () => ada.context.newPage()));
  const streams = countStreams(tabs);
  for (const tab of tabs) await tab.goto(path);
  await expect.poll(streams).toBe(1);
  await say(await grace.open(path), "To every tab");
  for (const tab of tabs) await expect(message(tab, "To every tab")).toBeVisible();
  await say(tabs[9] as Page, "From the tenth");
  for (const tab of tabs) await expect(message(tab, "From the tenth")).toBeVisible();
  for (const tab of tabs) await expect(messages(tab)).toHaveCount(3);
});

test("whichever tab is closed, the others go on without a gap", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Hello"]]);
  const tabs = [await ada.open(path), await ada.open(path), await ada.open(path)];
  const graces = await grace.open(path);
  for (const tab of tabs.slice(0, 2)) {
    await say(graces, `Before ${tabs.indexOf(tab)}`);
    await Promise.all([tab.close(), say(graces, `While ${tabs.indexOf(tab)}`)]);
    await say(graces, `After ${tabs.indexOf(tab)}`);
  }
  const last = tabs[2] as Page;
  await expect(message(last, "After 1")).toBeVisible();
  await expect(messages(last)).toHaveCount(7);
});

test("a tab that hangs does not silence the others", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Hello"]]);
  const [leader, other] = [await ada.open(path), await ada.open(path)];
  const graces = await grace.open(path);
  await say(graces, "All is well");
  await expect(message(other, "All is well")).toBeVisible();
  const hung = leader.evaluate(() => {
    for (const end = Date.now() + 16_000; Date.now() < end; );
  });
  await say(graces, "Is anybody there?");
  await expect(message(other, "Is anybody there?")).toBeVisible({ timeout: 14_000 });
  await hung;
  await expect(message(leader, "Is anybody there?")).toBeVisible();
  await expect(messages(leader)).toHaveCount(3);
});

test("a message that had no connection when its tab was closed goes out from the next tab, once", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Hello"]]);
  const page = await ada.open(path);
  await ada.context.route("**/api/conversations/*/messages", (route) => route.abort());
  await say(page, "Written on the train");
  await expect(message(page, "Written on the train").getByText("Waiting for a connection")).toBeAttached();
  await page.close();
  await ada.context.unrouteAll();
  const next = await ada.open("/");
  const graces = await grace.open(path);
  await expect(message(graces, "Written on the train")).toBeVisible();
  await next.goto(path);
  await expect(message(next, "Written on the train")).toHaveCount(1);
});

test("what is read in one tab is read in all, and each keeps the count in its title", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const home = await ada.open("/");
  await say(await grace.open(path), "News");
  await expect(home).toHaveTitle("(1) Parley");
  await ada.open(path);
  await expect(home).toHaveTitle("Parley");
});

test("where somebody else has signed in since, a tab sends nothing in their name, and shows nothing more of its own", async ({
  cast,
  ada,
  grace,
}) => {
  const alan = await cast.person("Alan");
  const { path } = await cast.conversation([ada, grace], [[grace, "For Ada"]]);
  const page = await ada.open(path);
  await composer(page).fill("Is this still me?");
  await ada.context.addCookies(await alan.context.cookies());
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  await expect(page.getByText("For Ada")).toHaveCount(0);
  await expect(messages(await grace.open(path))).toHaveCount(1);
});
