import type { Page } from "@playwright/test";
import { composer, settled } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

const PASSWORD = "correct horse battery";

test("signing in leads to the page that one wanted to see", async ({ page, cast, grace }) => {
  const ada = await cast.register("Ada", PASSWORD);
  const { path } = await cast.conversation([ada, grace], [[grace, "There you are"]]);
  await page.goto(path);
  await expect(page).toHaveURL(/\/sign-in/);
  await fillIn(page, ada.username, PASSWORD);
  await expect(page).toHaveURL(path);
  await expect(composer(page)).toBeVisible();
});

test("a username is the same in any case", async ({ page, cast }) => {
  const ada = await cast.register("Ada", PASSWORD);
  await page.goto("/sign-in");
  await fillIn(page, ada.username.toUpperCase(), PASSWORD);
  await expect(page).toHaveURL("/");
});

test("somebody who is signed in does not see the sign-in page again", async ({ ada }) => {
  const page = await ada.open("/sign-in");
  await expect(page).toHaveURL("/");
});

test("after signing out nothing is left to see, not even by going back", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Between us"]]);
  const page = await ada.open(path);
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText("Between us")).toHaveCount(0);
});

test.describe("what does not go together is told, and nothing else", () => {
  test.use({ complaints: FAILED_REQUESTS });

  test("a wrong password and an unknown name get the same sentence", async ({ page, cast }) => {
    const ada = await cast.register("Ada", PASSWORD);
    await page.goto("/sign-in");
    await fillIn(page, ada.username, "not the password");
    await expect(page.getByText("This username and password do not go together.")).toBeVisible();
    await page.reload();
    await fillIn(page, "nobody.at.all", PASSWORD);
    await expect(page.getByText("This username and password do not go together.")).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Username" })).toHaveValue("nobody.at.all");
  });

  test("who typed the wrong password types on where they were", async ({ page, cast }) => {
    const ada = await cast.register("Ada", PASSWORD);
    await page.goto("/sign-in");
    await fillIn(page, ada.username, "not the password");
    await expect(page.getByText("This username and password do not go together.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Sign in" })).toBeFocused();
    await page.getByLabel("Password").fill("still not the password");
    await page.getByLabel("Password").press("Enter");
    await expect(page.getByRole("button", { name: "Sign in" })).toBeEnabled();
    await expect(page.getByLabel("Password")).toBeFocused();
  });

  test("a field that was left empty is named and focused", async ({ page }) => {
    await page.goto("/sign-in");
    await fillIn(page, "", "");
    await expect(page.getByRole("textbox", { name: "Username" })).toHaveAccessibleDescription("Enter your username.");
    await expect(page.getByRole("textbox", { name: "Username" })).toBeFocused();
  });

  test("a server that cannot be reached is named as such", async ({ page }) => {
    await page.goto("/sign-in");
    await settled(page);
    await page.context().setOffline(true);
    await fillIn(page, "ada", PASSWORD);
    await expect(page.getByText("The server cannot be reached. Try again in a moment.")).toBeVisible();
  });
});

async function fillIn(page: Page, username: string, password: string): Promise<void> {
  await settled(page);
  await page.getByRole("textbox", { name: "Username" }).fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}
