import type { Page } from "@playwright/test";
import { composer, conversations, conversationWith, details, message, messages, openDetails, say } from "./support/screen";
import { expect, test } from "./support/test";

async function pick(page: Page, name: string, action: string): Promise<void> {
  await conversationWith(page, name).click({ button: "right" });
  await page.getByRole("menuitem", { name: action }).click();
}

const first = (page: Page) => conversations(page).getByRole("link").first();

test("pinned, muted and archived conversations are so on all of one's devices, and an archived one comes back with news", async ({
  cast,
  ada,
  grace,
}) => {
  const alan = await cast.person("Alan");
  const { path } = await cast.conversation([ada, grace], [[grace, "Earlier"]]);
  await cast.conversation([ada, alan], [[alan, "Later"]]);
  await cast.group("Engine", [ada, alan]);
  const desk = await ada.open("/");
  const phone = await (await cast.elsewhere(ada)).open("/");
  const graces = await grace.open(path);

  await pick(desk, "Grace", "Pin to the top");
  await expect(first(phone)).toContainText("Grace");
  await expect(conversationWith(phone, "Grace").getByText("Pinned")).toBeAttached();
  await pick(desk, "Engine", "Mute");
  await expect(conversationWith(phone, "Engine").getByText("Muted")).toBeAttached();
  await pick(desk, "Alan", "Pin to the top");
  await pick(desk, "Alan", "Move up");
  await expect(first(phone)).toContainText("Alan");
  await pick(phone, "Alan", "Unpin");
  await pick(phone, "Grace", "Unpin");
  await pick(phone, "Grace", "Archive");
  await expect(conversationWith(desk, "Grace")).toHaveCount(0);

  await desk.getByRole("button", { name: "New group and more" }).click();
  await desk.getByRole("menuitem", { name: "Archived conversations" }).click();
  await expect(desk.getByRole("navigation", { name: "Archived conversations" }).getByRole("link")).toHaveText([/Grace/]);
  await say(graces, "Are you there?");
  await expect(desk.getByText("Nothing is archived.")).toBeVisible();
  await desk.getByRole("button", { name: "Back to the list" }).click();
  await expect(first(desk)).toContainText("Are you there?");
  await expect(first(phone)).toContainText("Are you there?");
  await desk.reload();
  await expect(conversationWith(desk, "Engine").getByText("Muted")).toBeAttached();
});

test("a message and all after it are marked as unread, and all is marked as read", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation(
    [ada, grace],
    [
      [grace, "One"],
      [grace, "Two"],
      [grace, "Three"],
    ],
  );
  const page = await ada.open(path);
  const elsewhere = await (await cast.elsewhere(ada)).open("/");
  await message(page, "Two").hover();
  await message(page, "Two").getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Mark unread from here" }).click();
  await expect(page.getByRole("heading", { name: "New messages" })).toBeVisible();
  await expect(conversationWith(page, "Grace").getByText("2 unread")).toBeVisible();
  await expect(conversationWith(elsewhere, "Grace").getByText("2 unread")).toBeVisible();
  await elsewhere.getByRole("button", { name: "New group and more" }).click();
  await elsewhere.getByRole("menuitem", { name: "Mark all as read" }).click();
  await expect(conversationWith(elsewhere, "Grace").getByText("unread")).toHaveCount(0);
  await expect(conversationWith(page, "Grace").getByText("unread")).toHaveCount(0);
});

test("a direct conversation is deleted for oneself alone, and what is said next begins it", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Forget it"]]);
  const page = await ada.open(path);
  const graces = await grace.open(path);
  await openDetails(page);
  await details(page).getByRole("button", { name: "Delete conversation" }).click();
  await page.getByRole("button", { name: "Delete for me" }).click();
  await expect(page).toHaveURL("/");
  await expect(conversationWith(page, "Grace")).toHaveCount(0);
  await expect(message(graces, "Forget it")).toBeVisible();
  await say(graces, "Forgotten");
  await conversationWith(page, "Grace").click();
  await expect(message(page, "Forgotten")).toBeVisible();
  await expect(messages(page)).toHaveCount(1);
});

test("details that stand beside a conversation stand there again from the first paint on, until they are closed", async ({
  cast,
  ada,
  grace,
}) => {
  const { path } = await cast.group("Engine", [ada, grace], [[grace, "Hello"]]);
  let page = await ada.open(path);
  await openDetails(page);

  const scripts = "**/_next/static/**/*.js";
  page = await ada.context.newPage();
  await page.route(scripts, () => {});
  await page.goto(path, { waitUntil: "commit" });
  await expect(details(page).getByText("Private group, 2 people")).toBeVisible();
  await page.evaluate(() => document.fonts.ready);
  const before = await message(page, "Hello").boundingBox();
  await page.unroute(scripts);
  await details(page).getByRole("button", { name: "Invite links" }).waitFor();
  await expect(composer(page)).toBeFocused();
  expect(await message(page, "Hello").boundingBox()).toEqual(before);

  await details(page).getByRole("button", { name: "Close details" }).click();
  await page.reload();
  await expect(message(page, "Hello")).toBeVisible();
  await expect(details(page)).toHaveCount(0);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("the details are a page of their own, and back leads to the conversation, where it was", async ({ cast, ada, grace }) => {
    const { path } = await cast.group("Donaudampfschifffahrtsgesellschaft".repeat(2), [ada, grace], [[grace, "Hello"]]);
    const page = await ada.open(path);
    await page.getByRole("button", { name: /Details$/ }).tap();
    await expect(page).toHaveURL(`${path}/details`);
    await expect(details(page).getByText("2 people").last()).toBeInViewport();
    await expect(message(page, "Hello")).toBeHidden();
    await page.reload();
    await expect(details(page).getByRole("button", { name: "Invite links" })).toBeVisible();
    for (const name of ["Mute", "Invite links", "Leave group", "Close details"]) {
      expect((await details(page).getByRole("button", { name }).boundingBox())?.height, name).toBeGreaterThanOrEqual(44);
    }
    expect(await page.evaluate(() => document.scrollingElement?.scrollWidth)).toBe(390);
    for (const part of await details(page)
      .getByText(/^(Donau|2 people)/)
      .all()) {
      const box = await part.boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
    }
    await details(page).getByRole("button", { name: "Close details" }).tap();
    await expect(page).toHaveURL(path);
    await expect(message(page, "Hello")).toBeInViewport();
  });

  test("whoever is taken out of a group while its details are open is told so", async ({ cast, ada, grace, parley }) => {
    const { id, path } = await cast.group("Engine", [grace, ada]);
    const page = await ada.open(`${path}/details`);
    await expect(details(page).getByRole("listitem")).toHaveCount(2);
    await grace.context.request.delete(`${parley.url}/api/groups/${id}/participants/${ada.id}`, { headers: { origin: parley.url } });
    await expect(page.getByRole("heading", { name: "You are not in this group any more" })).toBeVisible();
  });
});
