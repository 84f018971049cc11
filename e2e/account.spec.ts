import { composer, conversations, message, say, settled } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

const PASSWORD = "correct horse battery";
const ANOTHER = "staple after staple";

test.use({ complaints: FAILED_REQUESTS });

test("a changed password leaves the open tabs of its browser at work", async ({ cast, grace }) => {
  const ada = await cast.register("Ada", PASSWORD);
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const [first, second] = [await ada.open(path), await ada.open(path)];
  await composer(first).fill("half a thought");
  const settings = await ada.open("/settings");
  await settings.getByLabel("Current password").fill(PASSWORD);
  await settings.getByLabel("New password").fill(ANOTHER);
  await settings.getByRole("button", { name: "Change password" }).click();
  await expect(settings.getByText("Saved.")).toBeVisible();
  await say(await grace.open(path), "Still there?");
  for (const tab of [first, second]) await expect(message(tab, "Still there?")).toBeVisible({ timeout: 15_000 });
  await expect(composer(first)).toHaveValue("half a thought");
  await say(second, "Still here.");
  await expect(message(first, "Still here.")).toBeVisible();
});

test("a changed password is told on the person's other devices, until one of them takes it off", async ({ cast }) => {
  const ada = await cast.register("Ada", PASSWORD);
  const settings = await ada.open("/settings");
  await settings.getByLabel("Current password").fill(PASSWORD);
  await settings.getByLabel("New password").fill(ANOTHER);
  await settings.getByRole("button", { name: "Change password" }).click();
  await expect(settings.getByText("Your password was changed.")).toBeVisible();

  const elsewhere = await (await cast.elsewhere(ada)).open("/");
  const notice = elsewhere.getByRole("region", { name: "About your account" });
  await expect(notice).toContainText("Your password was changed.");
  const told = elsewhere.waitForResponse((answer) => answer.request().method() === "DELETE" && answer.url().includes("/api/notices/"));
  await notice.getByRole("button", { name: "Dismiss" }).click();
  await expect(notice).toHaveCount(0);
  expect((await told).status()).toBe(204);
  await elsewhere.reload();
  await expect(conversations(elsewhere)).toBeAttached();
  await expect(notice).toHaveCount(0);
  await elsewhere.goto("/settings");
  await expect(elsewhere.getByRole("region", { name: "Account activity" })).toContainText("Your password was changed.");
});

test("a settings tab that one person left open changes nothing of who signed in after, and says so", async ({
  parley,
  page,
  cast,
  grace,
}) => {
  const ada = await cast.register("Ada", PASSWORD);
  const left = await ada.open("/settings");
  const [cookie] = (await grace.context.cookies()).filter(({ name }) => name === "parley.session");
  await ada.context.addCookies([cookie as NonNullable<typeof cookie>]);
  await left.getByRole("textbox", { name: "Display name" }).fill("Mine");
  await left.getByRole("button", { name: "Save name" }).click();
  await expect(left.getByRole("heading", { name: "Somebody else is signed in here now" })).toBeVisible();
  expect(await parley.sql("SELECT name FROM users WHERE id = $1", [grace.id])).toEqual([{ name: "Grace" }]);
  await left.getByRole("button", { name: "Show their settings" }).click();
  await expect(left.getByRole("textbox", { name: "Display name" })).toHaveValue("Grace");
  await page.close();
});

test("identities are listed and unlinked one by one, less the last way in", async ({ parley, cast }) => {
  const ada = await cast.person("Ada");
  for (const subject of ["one", "two"]) {
    await parley.sql("INSERT INTO accounts (provider, provider_account_id, user_id, name) VALUES ('https://id.test', $1, $2, $1)", [
      `${subject}-${ada.username}`,
      ada.id,
    ]);
  }
  const page = await ada.open("/settings");
  const listed = page.getByRole("button", { name: /^Unlink id.test/ });
  await expect(listed).toHaveCount(2);
  await listed.first().click();
  await expect(page.getByRole("alert").filter({ hasText: "This is the only way into your account." })).toBeVisible();
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await settled(page);
  await listed.first().click();
  await expect(listed).toHaveCount(1);
  await expect(page.getByRole("region", { name: "Account activity" })).toContainText("was unlinked from your account");
});

test("a password that others would try first is refused, with what to do instead", async ({ page }) => {
  await page.goto("/sign-up");
  await settled(page);
  await page.getByRole("textbox", { name: "Username" }).fill("ada.lovelace");
  await page.getByLabel("Password").fill("1234567890");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByLabel("Password")).toHaveAccessibleDescription(/Choose more than digits alone/);
  await expect(page.getByLabel("Password")).toBeFocused();
});
