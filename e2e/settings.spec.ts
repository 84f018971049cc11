import sharp from "sharp";
import { conversationWith, message, say, settled } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

test("a new display name is what others see, at once", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Hello"]]);
  const graces = await grace.open(path);
  const page = await ada.open("/settings");
  await page.getByRole("textbox", { name: "Display name" }).fill("Countess");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await expect(conversationWith(graces, "Countess")).toBeVisible();
  await expect(graces.getByRole("main").getByRole("heading", { name: "Countess" })).toBeVisible();
});

test("a picture is looked at, then used, then others see it, then it is taken away", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Hello"]]);
  const graces = await grace.open(path);
  const page = await ada.open("/settings");
  const buffer = await sharp({ create: { width: 640, height: 400, channels: 3, background: "teal" } })
    .png()
    .toBuffer();
  await page.getByLabel("Picture").setInputFiles({ name: "me.png", mimeType: "image/png", buffer });
  await page.getByRole("button", { name: "Use this picture" }).click();
  await expect(page.getByRole("button", { name: "Remove" })).toBeVisible();
  const picture = conversationWith(graces, "Ada").locator("img");
  await expect(picture).toHaveJSProperty("complete", true);
  expect(await picture.evaluate((img: HTMLImageElement) => [img.naturalWidth / img.naturalHeight, img.naturalWidth > 0])).toEqual([
    1,
    true,
  ]);
  await page.getByRole("button", { name: "Remove" }).click();
  await expect(picture).toHaveCount(0);
});

test.describe("a device that is signed out from elsewhere", () => {
  // It asks whether it has really been signed out.
  test.use({ complaints: FAILED_REQUESTS });

  test("a changed password is asked for from then on, and other devices are signed out", async ({ page: stranger, cast }) => {
    const ada = await cast.register("Ada", "correct horse battery");
    const elsewhere = await (await cast.elsewhere(ada)).open("/");
    const page = await ada.open("/settings");
    await page.getByLabel("Current password").fill("correct horse battery");
    await page.getByLabel("New password").fill("staple after staple");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    await expect(elsewhere.getByRole("heading", { name: "Sign in" })).toBeVisible();

    await stranger.goto("/sign-in");
    await settled(stranger);
    await stranger.getByRole("textbox", { name: "Username" }).fill(ada.username);
    await stranger.getByLabel("Password").fill("staple after staple");
    await stranger.getByRole("button", { name: "Sign in" }).click();
    await expect(stranger).toHaveURL("/");
  });

  test("signing one device out ends it within seconds: it shows the sign-in page and hears nothing more", async ({ cast, ada, grace }) => {
    const { path } = await cast.conversation([ada, grace], [[grace, "Between us"]]);
    const lost = await (
      await cast.elsewhere(ada, { userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" })
    ).open(path);
    const kept = await ada.open(path);
    const page = await ada.open("/settings");
    await page
      .getByRole("listitem")
      .filter({ hasNotText: "This device" })
      .getByRole("button", { name: /^Sign out/ })
      .click();
    await expect(lost.getByRole("heading", { name: "Sign in" })).toBeVisible({ timeout: 5_000 });
    await expect(lost.getByText("Between us")).toHaveCount(0);
    await expect(page.getByRole("button", { name: /^Sign out Chrome/ })).toHaveCount(1);
    await say(await grace.open(path), "Still there?");
    await expect(message(kept, "Still there?")).toBeVisible();
  });

  test("signing out everywhere ends every device, this one too", async ({ cast, ada }) => {
    const elsewhere = await (await cast.elsewhere(ada)).open("/");
    const page = await ada.open("/settings");
    await page.getByRole("button", { name: "Sign out everywhere" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Sign out everywhere" }).click();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expect(elsewhere.getByRole("heading", { name: "Sign in" })).toBeVisible();
  });
});

test("the theme that one chose is there with the first byte of a page", async ({ cast, grace }) => {
  const ada = await cast.person("Ada", { colorScheme: "light" });
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open("/settings");
  await page.getByRole("radio", { name: "Dark" }).check({ force: true });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await background();
  const response = await page.goto(path);
  expect(await response?.text()).toContain('<html lang="en" data-theme="dark"');
  expect(await background()).toBe(dark);
  await page.goto("/settings");
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
  await page.getByRole("radio", { name: "Light" }).check({ force: true });
  expect(await background()).not.toBe(dark);
});

test.describe("what cannot be saved is told beside its field", () => {
  test.use({ complaints: FAILED_REQUESTS });

  test("a current password that is wrong, and a new one that is too short", async ({ cast }) => {
    const ada = await cast.register("Ada", "correct horse battery");
    const page = await ada.open("/settings");
    await page.getByLabel("Current password").fill("not the password");
    await page.getByLabel("New password").fill("staple after staple");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByLabel("Current password")).toHaveAttribute("aria-invalid", "true");
    await page.getByLabel("New password").fill("short");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByLabel("New password")).toHaveAccessibleDescription("A password has at least 10 characters.");
  });

  test("a file that is no picture, and another one can be chosen at once", async ({ ada }) => {
    const page = await ada.open("/settings");
    await page.getByLabel("Picture").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
    await page.getByRole("button", { name: "Use this picture" }).click();
    await expect(page.getByRole("alert").filter({ hasText: /picture/i })).toBeVisible();
    await expect(page.getByRole("button", { name: "Use this picture" })).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Choose a picture" })).toBeFocused();
  });
});
