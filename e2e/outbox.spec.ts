import type { Page } from "@playwright/test";
import { message, say, settled, words } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

const PASSWORD = "correct horse battery";
const THREE = ["First", "Second", "Third"];

test.use({ complaints: FAILED_REQUESTS });

test("what is written offline waits, and goes out in order and once", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open(path);
  const graces = await grace.open(path);
  await ada.context.setOffline(true);
  for (const text of THREE) await say(page, text);
  await expect(message(page, "Third").getByText(/Waiting|Sending/)).toBeAttached();
  await ada.context.setOffline(false);
  await expect.poll(() => words(graces)).toEqual(["Hello", ...THREE]);
  await expect.poll(() => words(page)).toEqual(["Hello", ...THREE]);
});

test("what waits survives a reload", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open(path);
  await refuseSends(page);
  for (const text of THREE) await say(page, text);
  await expect.poll(() => keptOutbox(page)).toEqual(THREE);
  await page.reload();
  await expect.poll(() => words(page)).toEqual(["Hello", ...THREE]);
  await page.unrouteAll();
  await expect(message(page, "Third").getByText("Sent")).toBeAttached();
  expect(await words(await grace.open(path))).toEqual(["Hello", ...THREE]);
});

test("what waits survives the crash of its tab", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open(path);
  await refuseSends(page);
  for (const text of THREE) await say(page, text);
  await expect.poll(() => keptOutbox(page)).toEqual(THREE);
  const crashed = page.waitForEvent("crash");
  void page.goto("chrome://crash").catch(() => {});
  await crashed;
  const graces = await grace.open(path);
  await ada.open("/");
  await expect.poll(() => words(graces)).toEqual(["Hello", ...THREE]);
});

test("what one tab holds another sends when it is closed", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open(path);
  const other = await ada.open(path);
  await refuseSends(page);
  for (const text of THREE) await say(page, text);
  await expect(message(other, "Third")).toBeVisible();
  await page.close();
  await expect(message(other, "Third").getByText("Sent")).toBeAttached();
  expect(await words(await grace.open(path))).toEqual(["Hello", ...THREE]);
});

test.describe("what was written when the session had ended", () => {
  test("goes out once its author signs in again, to the conversation where it was written", async ({ cast, grace }) => {
    const ada = await cast.register("Ada", PASSWORD);
    const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
    const page = await ada.open(path);
    await writeSignedOut(page, "Kept for me");
    await signIn(page, ada.username);
    await expect(page).toHaveURL(path);
    await expect(message(page, "Kept for me").getByText("Sent")).toBeAttached();
    expect(await words(await grace.open(path))).toEqual(["Hello", "Kept for me"]);
  });

  test("does not go out for somebody else, and still waits for its author", async ({ cast, grace }) => {
    const ada = await cast.register("Ada", PASSWORD);
    const alan = await cast.register("Alan", PASSWORD);
    const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
    await cast.conversation([alan, grace], [[grace, "Hello, Alan"]]);
    const page = await ada.open(path);
    await writeSignedOut(page, "Kept for me");
    await signIn(page, alan.username);
    await expect(page.getByText("Kept for me")).toHaveCount(0);
    await page.goto("/");
    await settled(page);
    await page.getByRole("button", { name: "Your account" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    const graces = await grace.open(path);
    expect(await words(graces)).toEqual(["Hello"]);
    await signIn(page, ada.username);
    await expect(message(graces, "Kept for me")).toBeVisible();
  });
});

/** The session ends while a message is on its way. */
async function writeSignedOut(page: Page, text: string): Promise<void> {
  await refuseSends(page);
  await say(page, text);
  await expect(message(page, text)).toBeVisible();
  await page.context().clearCookies();
  await page.unrouteAll();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
}

async function signIn(page: Page, username: string): Promise<void> {
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await settled(page);
  await page.getByRole("textbox", { name: "Username" }).fill(username);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toHaveCount(0);
}

/** What the browser has written down of the outbox, and would find again after a crash. */
function keptOutbox(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const db = await done(indexedDB.open("parley"));
    const kept: { order: number; content: string }[] = await done(db.transaction("outbox").objectStore("outbox").getAll());
    db.close();
    return kept.sort((a, b) => a.order - b.order).map(({ content }) => content);
  });
}

/** Messages do not get out of this page; all else does. */
async function refuseSends(page: Page): Promise<void> {
  await page.route("**/api/conversations/*/messages", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
}

test("without a connection the pages that have to be asked for say so, and what is on the screen stays", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Still here"]]);
  const page = await ada.open(path);
  await ada.context.setOffline(true);
  for (const [menu, item] of [
    ["Your account", "Settings"],
    ["New group and more", "Open groups"],
  ] as const) {
    await page.getByRole("button", { name: menu }).click();
    await page.getByRole("menuitem", { name: item }).click();
    const trouble = page.getByRole("alert").filter({ hasText: "There is no connection to the server." });
    await expect(trouble).toBeVisible();
    await trouble.getByRole("button", { name: "Dismiss" }).click();
    await expect(message(page, "Still here")).toBeVisible();
    expect(new URL(page.url()).pathname).toBe(path);
  }
});
