import type { Browser, Page } from "@playwright/test";
import { composer, conversationWith, message, say, settled } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

test("two strangers sign up in two browsers, find each other and talk", async ({ browser }) => {
  const mary = await signUp(browser, "mary.shelley");
  const percy = await signUp(browser, "percy");
  await expect(mary.getByRole("main").getByText("They find you as @mary.shelley.")).toBeVisible();

  await mary.getByRole("button", { name: "Find or start a conversation" }).click();
  await mary.getByRole("combobox", { name: "Find by name or username" }).fill("per");
  await mary.getByRole("option", { name: /^percy/ }).click();
  await say(mary, "It is alive!");

  await conversationWith(percy, "mary.shelley").click();
  await expect(message(percy, "It is alive!")).toBeVisible();
  await expect(composer(percy)).toBeFocused();
  await say(percy, "What is?");
  await expect(message(mary, "What is?")).toBeVisible();
});

test("all that a username and a password have to be is told at once, and ticked as it is met", async ({ page }) => {
  await page.goto("/sign-up");
  await settled(page);
  const username = page.getByRole("textbox", { name: "Username" });
  const password = page.getByLabel("Password");
  const rules = {
    username: page.getByRole("list").first().getByRole("listitem"),
    password: page.getByRole("list").last().getByRole("listitem"),
  };
  await expect(rules.username).toHaveText([/^3 to 32 characters$/, /^Only the letters a to z, digits, dots, dashes and underscores$/]);
  await expect(rules.password).toHaveText([/^At least 10 characters$/]);
  await username.fill("a!");
  await expect(rules.username).toHaveText([/^3 to 32 characters, not yet$/, /^Only .*, not yet$/]);
  await username.fill("al");
  await expect(rules.username).toHaveText([/^3 to 32 characters, not yet$/, /^Only .*, done$/]);
  await username.fill("alan");
  await expect(rules.username).toHaveText([/, done$/, /, done$/]);
  await expect(username).toHaveAccessibleDescription(/3 to 32 characters ?, done/);
  await password.fill("correct hors");
  await expect(rules.password).toHaveText([/, done$/]);
  await username.fill("");
  await expect(rules.username).toHaveText([/characters$/, /underscores$/]);
});

test.describe("what cannot be a new account is told beside its field", () => {
  test.use({ complaints: FAILED_REQUESTS });

  test.beforeEach(async ({ page }) => {
    await page.goto("/sign-up");
    await settled(page);
  });

  test("a username that is too short", async ({ page }) => {
    await fillIn(page, "al", "correct horse battery");
    await expect(page.getByRole("textbox", { name: "Username" })).toHaveAccessibleDescription("A username has 3 to 32 characters.");
    await expect(page.getByRole("textbox", { name: "Username" })).toBeFocused();
  });

  test("a username that would impersonate the house", async ({ page }) => {
    await fillIn(page, "Admin", "correct horse battery");
    await expect(page.getByRole("textbox", { name: "Username" })).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByRole("alert").filter({ hasText: /\w/ })).toBeVisible();
  });

  test("a username that is taken, in whatever case", async ({ page, ada }) => {
    await fillIn(page, ada.username.toUpperCase(), "correct horse battery");
    await expect(page.getByRole("textbox", { name: "Username" })).toHaveAccessibleDescription(/taken/);
  });

  test("a password that is too short", async ({ page }) => {
    await fillIn(page, "ada.lovelace", "short");
    await expect(page.getByLabel("Password")).toHaveAccessibleDescription("A password has at least 10 characters.");
    await expect(page.getByLabel("Password")).toBeFocused();
  });
});

async function signUp(browser: Browser, username: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto("/sign-up");
  await settled(page);
  await fillIn(page, username, "correct horse battery");
  await page.waitForURL("/");
  await settled(page);
  return page;
}

async function fillIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByRole("textbox", { name: "Username" }).fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
}
