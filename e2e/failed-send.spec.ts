import type { Page, Route } from "@playwright/test";
import { message, messages, say } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

test.use({ complaints: FAILED_REQUESTS });

test("a send whose request is lost is tried once more and shows once", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const adas = await ada.open(path);
  const graces = await grace.open(path);
  const sends = await firstSend(adas, (route) => route.abort());
  await say(adas, "Never arrives, at first");
  await expect(message(adas, "Never arrives, at first").getByText(/Sent|Read/)).toBeAttached();
  await expect(messages(graces)).toHaveCount(2);
  await expect(messages(adas)).toHaveCount(2);
  expect(sends).toHaveLength(2);
});

test("a send whose answer is lost is tried once more and shows once, on both sides", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const adas = await ada.open(path);
  const graces = await grace.open(path);
  // Without the stream's word the sender cannot know that the first try got through.
  await adas.route("**/api/messages?*", (route) => route.abort());
  await adas.reload();
  const sends = await firstSend(adas, async (route) => {
    await route.fetch();
    await route.abort();
  });
  await say(adas, "Arrives at once");
  await expect(message(adas, "Arrives at once").getByText("Sent")).toBeAttached();
  await say(adas, "And after it");
  await expect(message(graces, "And after it")).toBeVisible();
  await expect(messages(graces)).toHaveCount(3);
  await expect(messages(adas)).toHaveCount(3);
  expect(new Set(sends.slice(0, 2)).size, "both tries carry one client id").toBe(1);
});

test("a message that the server refuses stays, says why, and can be tried again", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const adas = await ada.open(path);
  await firstSend(adas, (route) => route.fulfill({ status: 422, json: { errors: { content: "Not today." } } }));
  await say(adas, "Please take this");
  const refused = message(adas, "Please take this");
  await expect(refused.getByText("Not sent. Not today.")).toBeVisible();
  await refused.getByRole("button", { name: "Try again" }).click();
  await expect(refused.getByText("Sent", { exact: true })).toBeAttached();
  await expect(refused.getByText("Not sent.")).toHaveCount(0);
});

test("a message that the server refuses can be given up, and the next one goes out", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const adas = await ada.open(path);
  await firstSend(adas, (route) => route.fulfill({ status: 422, json: { errors: { content: "Not today." } } }));
  await say(adas, "Please take this");
  await say(adas, "Or this");
  await expect(message(adas, "Or this").getByText("Sent")).toBeAttached();
  await message(adas, "Please take this").getByRole("button", { name: "Discard" }).click();
  await expect(message(adas, "Please take this")).toHaveCount(0);
  await adas.reload();
  await expect(messages(adas)).toHaveCount(2);
});

/** Does something else with the first send of a page. Returns the client ids of all its sends, as they come. */
async function firstSend(page: Page, instead: (route: Route) => Promise<void>): Promise<string[]> {
  const sends: string[] = [];
  const isSend = (route: Route) => route.request().method() === "POST";
  await page.route("**/api/conversations/*/messages", (route) => {
    if (!isSend(route)) return route.continue();
    sends.push(route.request().postDataJSON().clientId);
    return sends.length === 1 ? instead(route) : route.continue();
  });
  return sends;
}
