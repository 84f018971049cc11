import type { Page } from "@playwright/test";
import { composer, message, say } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

test.use({ complaints: FAILED_REQUESTS });

/** All that scripts of this site have kept in the browser. */
function keptHere(page: Page): Promise<object> {
  return page.evaluate(async () => {
    const rows: unknown[] = [];
    for (const { name = "" } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      for (const store of db.objectStoreNames) {
        const all = db.transaction(store).objectStore(store).getAll();
        rows.push(...(await new Promise<unknown[]>((resolve) => (all.onsuccess = () => resolve(all.result)))));
      }
      db.close();
    }
    return { rows, local: { ...localStorage }, session: Object.keys(sessionStorage), caches: await caches.keys() };
  });
}

const NOTHING = { rows: [], local: {}, session: [], caches: [] };

async function askToSignOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
}

/** Messages do not get out of this page; all else does. */
const refuseSends = (page: Page) =>
  page.route("**/api/conversations/*/messages", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));

test("who signs out is told what has not been sent, may stay, and leaves nothing behind on going", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open(path);
  await refuseSends(page);
  await say(page, "First");
  await say(page, "Second");
  await composer(page).fill("half a thought");
  await askToSignOut(page);
  const dialog = page.getByRole("alertdialog", { name: "2 messages have not been sent yet" });
  await expect(dialog).toBeVisible();
  await dialog.getByRole("button", { name: "Stay" }).click();
  await expect(dialog).toBeHidden();
  await expect(message(page, "Second")).toBeVisible();
  await expect(composer(page)).toHaveValue("half a thought");

  await askToSignOut(page);
  await page.getByRole("button", { name: "Sign out anyway" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await keptHere(page)).toEqual(NOTHING);
});

test("who signs out in the settings is asked too, and their other tabs keep nothing either", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const open = await ada.open(path);
  await refuseSends(open);
  await say(open, "First");
  await expect(message(open, "First")).toBeVisible();
  await composer(open).fill("half a thought");
  const settings = await ada.open("/settings");
  await settings.getByRole("button", { name: "Sign out everywhere" }).click();
  await settings.getByRole("alertdialog").getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(settings.getByRole("alertdialog", { name: "1 message has not been sent yet" })).toBeVisible();
  await settings.getByRole("button", { name: "Sign out anyway" }).click();
  await expect(settings.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(open.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await keptHere(settings)).toEqual(NOTHING);
});

test("where all has been sent signing out asks nothing", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open(path);
  await composer(page).fill("half a thought");
  await askToSignOut(page);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await keptHere(page)).toEqual(NOTHING);
});

test("who cannot reach the server is told that they are still signed in, and loses nothing", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open(path);
  await composer(page).fill("half a thought");
  await ada.context.setOffline(true);
  await askToSignOut(page);
  const dialog = page.getByRole("alertdialog", { name: "You are still signed in" });
  await expect(dialog).toHaveAccessibleDescription(/cannot be reached/);
  await dialog.getByRole("button", { name: "Go on" }).click();
  await expect(composer(page)).toHaveValue("half a thought");
});
