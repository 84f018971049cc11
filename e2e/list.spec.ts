import type { Locator } from "@playwright/test";
import { composer, conversationWith, message, say, settled } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

test("a press on a conversation chooses it at once, and moves nothing", async ({ cast, ada, grace }) => {
  const alan = await cast.person("Alan");
  await cast.conversation([ada, alan], [[alan, "Older"]]);
  const { path } = await cast.conversation([ada, grace], [[grace, "Newer"]]);
  const page = await ada.open(path);
  const [alans, graces] = [conversationWith(page, "Alan"), conversationWith(page, "Grace")];
  const [idle, chosen] = [await ground(alans), await ground(graces)];
  expect(idle).not.toBe(chosen);
  const name = alans.getByText("Alan");
  const before = await name.boundingBox();

  // The conversation is on its way for as long as the test wants.
  let arrive = () => {};
  const held = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/\/c\/.*_rsc/, async (route) => {
    await held;
    await route.continue();
  });
  await alans.hover();
  await page.mouse.down();
  expect(await ground(alans), "while the finger is down").toBe(chosen);
  await page.mouse.up();
  await page.mouse.move(0, 0);
  expect(await ground(alans), "while the conversation is on its way").toBe(chosen);
  await expect.poll(() => ground(graces), { message: "of the one that was left" }).toBe(idle);
  expect(await name.boundingBox()).toEqual(before);
  arrive();
  await expect(message(page, "Older")).toBeVisible();
  expect(await ground(alans)).toBe(chosen);
});

test("a conversation that one clicks on comes with its page, and with what happened while that was on its way", async ({
  cast,
  ada,
  grace,
}) => {
  const alan = await cast.person("Alan");
  const { id, path: alans } = await cast.conversation([ada, alan], [[alan, "Older"]]);
  const { path } = await cast.conversation([ada, grace], [[grace, "Newer"]]);
  const page = await ada.open(path);
  await settled(page);
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes(`/api/conversations/${id}`) && asked.push(request.url()));

  // The server has read the page, and it arrives when the test wants.
  let arrive = () => {};
  const held = new Promise<void>((resolve) => (arrive = resolve));
  const read = new Promise<void>((resolve) =>
    page.route(/\/c\/.*_rsc/, async (route) => {
      const response = await route.fetch();
      resolve();
      await held;
      await route.fulfill({ response });
    }),
  );
  await conversationWith(page, "Alan").click();
  await read;
  await say(await alan.open(alans), "Meanwhile");
  await expect(conversationWith(page, "Alan")).toContainText("Meanwhile");
  arrive();
  await expect(message(page, "Older")).toBeVisible();
  await expect(message(page, "Meanwhile")).toBeVisible();
  expect(asked.filter((url) => !url.includes("read_messages"))).toEqual([]);
});

test.describe("what is not sent", () => {
  test.use({ complaints: FAILED_REQUESTS });

  test("shows in the list: waiting with a clock, refused with a mark, in its own words", async ({ cast, ada, grace }) => {
    const alan = await cast.person("Alan");
    await cast.conversation([ada, alan], [[alan, "Older"]]);
    const { path } = await cast.conversation([ada, grace], [[grace, "The last that was said"]]);
    const page = await ada.open(path);
    const row = conversationWith(page, "Grace");
    await page.route("**/api/conversations/*/messages", (route) => route.abort());
    await say(page, "Into the void");
    await expect(row.getByText("Waiting for a connection")).toBeAttached();
    await expect(row).toContainText("Into the void");
    await expect(row).not.toContainText("The last that was said");

    await page.unrouteAll();
    await page.route("**/api/conversations/*/messages", (route) =>
      route.fulfill({ status: 422, json: { errors: { content: "Not today." } } }),
    );
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await expect(row.getByText("Not sent")).toBeVisible();
    await expect(row).toContainText("Into the void");

    await page.unrouteAll();
    await message(page, "Into the void").getByRole("button", { name: "Discard" }).click();
    await expect(row.getByText("Not sent")).toHaveCount(0);
    await expect(row).toContainText("The last that was said");
  });

  test("shows in the list also where it would be the first message", async ({ cast, ada, grace }) => {
    const { path } = await cast.conversation([ada, grace]);
    const page = await ada.open(path);
    await page.route("**/api/conversations/*/messages", (route) => route.abort());
    await say(page, "The first word");
    await expect(conversationWith(page, "Grace")).toContainText("The first word");
    await expect(composer(page)).toBeFocused();
  });
});

/** What a row lies on, once its colour has come to rest. */
function ground(row: Locator): Promise<string> {
  return row.evaluate(async (element) => {
    await Promise.all(element.getAnimations().map((animation) => animation.finished));
    return getComputedStyle(element).backgroundColor;
  });
}
