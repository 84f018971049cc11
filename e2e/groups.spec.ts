import type { Page } from "@playwright/test";
import {
  composer,
  conversations,
  conversationWith,
  details,
  message,
  messages,
  openDetails,
  say,
  settled,
  transcript,
} from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

const quiet = (page: Page, text: string) => transcript(page).getByText(text, { exact: true });

async function choose(page: Page, username: string): Promise<void> {
  await page.getByRole("combobox", { name: "People" }).fill(username);
  await page.getByRole("option", { name: new RegExp(username) }).click();
}

test.describe("a group", () => {
  test.use({ complaints: FAILED_REQUESTS });

  test("is made with people and talked in, and whoever is taken out of it sees no more of it, at once", async ({ cast, ada, grace }) => {
    const alan = await cast.person("Alan");
    const page = await ada.open("/");
    const graces = await grace.open("/");

    await page.getByRole("button", { name: "New group and more" }).click();
    await page.getByRole("menuitem", { name: "New group" }).click();
    await page.getByRole("button", { name: "Make group" }).click();
    await expect(page.getByText("Give the group a name.")).toBeVisible();
    await page.getByRole("textbox", { name: "Name" }).fill("Analytical engine");
    await choose(page, grace.username);
    await page.getByRole("button", { name: "Make group" }).click();
    await expect(quiet(page, "You made this group")).toBeVisible();
    await say(page, "It weaves algebraical patterns.");

    await conversationWith(graces, "Analytical engine").click();
    await expect(message(graces, "Ada: It weaves algebraical patterns.")).toBeVisible();
    await expect(page.getByText("2 people, 2 online")).toBeVisible();
    await say(graces, "Just as the loom weaves flowers.");
    await expect(message(page, "Grace: Just as the loom")).toBeVisible();

    await openDetails(page);
    await details(page).getByRole("button", { name: "Add people" }).click();
    await expect(details(page).getByRole("heading", { name: "Add people" })).toBeFocused();
    await choose(page, alan.username);
    await details(page).getByRole("button", { name: "Add 1 person" }).click();
    await expect(quiet(graces, "Ada added Alan")).toBeVisible();
    const alans = await alan.open("/");
    await conversationWith(alans, "Analytical engine").click();
    await expect(message(alans, "It weaves")).toBeVisible();

    await details(page).getByRole("button", { name: "Group settings" }).click();
    await details(page).getByRole("textbox", { name: "Name" }).fill("Difference engine");
    await details(page).getByRole("button", { name: "Save" }).click();
    await expect(quiet(graces, "Ada named the group “Difference engine”")).toBeVisible();
    await expect(conversationWith(graces, "Difference engine")).toBeVisible();
    await expect(transcript(graces)).toHaveAccessibleName("Messages with Difference engine");
    await details(page).getByRole("button", { name: "Back" }).click();

    await details(page).getByRole("button", { name: "Actions for Grace" }).click();
    await page.getByRole("menuitem", { name: "Remove from the group" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
    await expect(graces.getByRole("heading", { name: "You are not in this group any more" })).toBeVisible();
    await expect(conversationWith(graces, "Difference engine")).toHaveCount(0);
    await expect(details(page).getByRole("listitem")).toHaveCount(2);
    await graces.reload();
    await expect(graces.getByText("There is nothing here")).toBeVisible();
  });
});

test.describe("a new group", () => {
  test.use({ complaints: FAILED_REQUESTS });

  test("a file that is no picture is refused before a group is made with it", async ({ ada }) => {
    const page = await ada.open("/");
    await page.getByRole("button", { name: "New group and more" }).click();
    await page.getByRole("menuitem", { name: "New group" }).click();
    const dialog = page.getByRole("dialog");
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      dialog.getByRole("button", { name: "Choose a picture" }).click(),
    ]);
    await chooser.setFiles({ name: "notes.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
    await expect(dialog.getByRole("alert")).toHaveText("This file is not a picture that can be shown here. Choose another.");
    await expect(dialog.getByRole("button", { name: "Choose a picture" })).toBeVisible();
    await dialog.getByRole("button", { name: "Make group" }).click();
    await expect(dialog.getByText("Give the group a name.")).toBeVisible();
    await dialog.getByRole("textbox", { name: "Name" }).fill("Engine");
    await expect(dialog.getByText("Give the group a name.")).toHaveCount(0);
    await dialog.getByRole("button", { name: "Make group" }).click();
    await expect(page.getByRole("heading", { name: "Engine" })).toBeVisible();
  });
});

test.describe("what somebody was writing in a group that they are taken out of", () => {
  test.use({ complaints: FAILED_REQUESTS });

  test("is shown to them, to copy or to let go, there and beside the list", async ({ cast, ada, grace }) => {
    const { path } = await cast.group("Engine", [ada, grace], [[ada, "Welcome"]]);
    const page = await ada.open(path);
    const graces = await grace.open(path);
    await graces.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await composer(graces).fill("The engine might compose elaborate pieces of music");
    await openDetails(page);
    await details(page).getByRole("button", { name: "Actions for Grace" }).click();
    await page.getByRole("menuitem", { name: "Remove from the group" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();

    await expect(graces.getByRole("heading", { name: "One message was not sent" })).toBeVisible();
    await expect(graces.getByRole("main")).toContainText("elaborate pieces of music");
    await graces.getByRole("link", { name: "To your conversations" }).click();
    await graces.reload();
    await graces.getByRole("button", { name: "1 message cannot be sent" }).click();
    const dialog = graces.getByRole("dialog", { name: "What cannot be sent" });
    await dialog.getByRole("button", { name: "Copy" }).click();
    await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
    expect(await graces.evaluate(() => navigator.clipboard.readText())).toBe("The engine might compose elaborate pieces of music");
    await dialog.getByRole("button", { name: "Discard" }).click();
    await expect(dialog).toHaveCount(0);
    await graces.reload();
    await expect(graces.getByRole("button", { name: "New group and more" })).toBeVisible();
    await expect(graces.getByRole("button", { name: "1 message cannot be sent" })).toHaveCount(0);
  });
});

test.describe("the way out", () => {
  test.use({ complaints: /409 \(Conflict\)/ });

  test("the last owner of a group leaves once somebody else owns it, and what others do counts as unread for nobody", async ({
    cast,
    ada,
    grace,
  }) => {
    const alan = await cast.person("Alan");
    const { path } = await cast.group("Engine", [ada, grace, alan], [[ada, "Welcome"]]);
    const page = await ada.open(path);
    const alans = await alan.open("/");
    await expect(conversationWith(alans, "Engine").getByText("1 unread")).toBeVisible();
    await openDetails(page);
    await details(page).getByRole("button", { name: "Leave group" }).click();
    await page.getByRole("button", { name: "Leave", exact: true }).click();
    await expect(page.getByRole("alert").filter({ hasText: /owner/i })).toBeVisible();
    await expect(messages(page).first()).toBeVisible();

    await details(page).getByRole("button", { name: "Actions for Grace" }).click();
    await page.getByRole("menuitem", { name: "Make an owner" }).click();
    await expect(quiet(page, "You made Grace an owner")).toBeVisible();
    await details(page).getByRole("button", { name: "Leave group" }).click();
    await page.getByRole("button", { name: "Leave", exact: true }).click();
    await expect(page).toHaveURL("/");
    await expect(conversationWith(page, "Engine")).toHaveCount(0);
    await expect(conversationWith(alans, "Engine")).toContainText("Ada: Welcome");
    await expect(conversationWith(alans, "Engine").getByText("1 unread")).toBeVisible();
    await conversationWith(alans, "Engine").click();
    await expect(quiet(alans, "Ada left")).toBeVisible();
  });
});

test("somebody without an account comes by a link, makes one, and is in the group, from there on", async ({
  cast,
  ada,
  browser,
  baseURL,
}) => {
  const { path } = await cast.group("Engine", [ada], [[ada, "Among ourselves"]], { history: "joining", description: "It weaves." });
  const page = await ada.open(path);
  await openDetails(page);
  await details(page).getByRole("button", { name: "Invite links" }).click();
  await details(page).getByRole("button", { name: "Make a link" }).click();
  const link = await details(page).getByRole("textbox", { name: "Link" }).inputValue();
  expect(new URL(link).origin).toBe(baseURL);

  const stranger = await browser.newContext();
  const theirs = await stranger.newPage();
  await theirs.goto(link);
  await expect(theirs.getByRole("heading", { name: "Engine" })).toBeVisible();
  await expect(theirs.getByText("Ada")).toBeVisible();
  await expect(theirs.getByText("It weaves.")).toBeVisible();
  await theirs.getByRole("link", { name: "Create an account" }).click();
  await settled(theirs);
  await theirs.getByRole("textbox", { name: "Username" }).fill(`ida.${Date.now().toString(36)}`);
  await theirs.getByLabel("Password").fill("correct horse battery");
  await theirs.getByRole("button", { name: "Create account" }).click();
  await theirs.getByRole("button", { name: /^Join as ida/ }).click();
  await expect(quiet(theirs, "You joined")).toBeVisible();
  await expect(message(theirs, "Among ourselves")).toHaveCount(0);
  await expect(theirs.getByText("What was said before is not shown to you.")).toBeVisible();
  await say(theirs, "Good evening");
  await expect(message(page, "Good evening")).toBeVisible();

  await details(page).getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("alertdialog", { name: "Revoke this link?" }).getByRole("button", { name: "Revoke" }).click();
  await expect(details(page).getByText("No links yet.")).toBeVisible();
  await stranger.clearCookies();
  await theirs.goto(link);
  await expect(theirs.getByRole("heading", { name: "This invitation is not good any more" })).toBeVisible();
  await stranger.close();
});

test("an open group is found and joined, and in one for announcements only administrators write", async ({ cast, ada, grace }) => {
  const name = `Notices ${ada.username}`;
  await cast.group(name, [ada], [[ada, "The lift is out of order."]], { access: "open" });
  const graces = await grace.open("/groups");
  await graces.getByRole("searchbox", { name: "Find a group" }).fill(ada.username);
  await graces.getByRole("button", { name: `Join ${name}` }).click();
  await expect(message(graces, "The lift is out of order.")).toBeVisible();
  await expect(composer(graces)).toBeVisible();

  const page = await ada.open("/");
  await conversationWith(page, name).click();
  await openDetails(page);
  await details(page).getByRole("button", { name: "Group settings" }).click();
  await details(page).getByRole("combobox", { name: "Who writes" }).selectOption("Administrators");
  await expect(graces.getByText("Only administrators write in this group.")).toBeVisible();
  await expect(composer(graces)).toHaveCount(0);
  await say(page, "It goes again.");
  await expect(message(graces, "It goes again.")).toBeVisible();
  await expect(conversations(page).getByRole("link").first()).toContainText("You: It goes again.");
});

test("who has read a message of a group is told to whoever asks", async ({ cast, ada, grace }) => {
  const alan = await cast.person("Alan");
  const { path } = await cast.group("Engine", [ada, grace, alan], [[ada, "Read me"]]);
  const graces = await grace.open(path);
  await expect(message(graces, "Read me")).toBeVisible();
  const page = await ada.open(path);
  await expect(async () => {
    await page.keyboard.press("Escape");
    await message(page, "Read me").click({ button: "right", timeout: 1_000 });
    await page.getByRole("menuitem", { name: "Who has read it" }).click();
    const readers = page.getByRole("dialog", { name: "Who has read it" });
    await expect(readers.getByRole("listitem")).toHaveText([/Grace$/], { timeout: 1_000 });
  }).toPass();
});
