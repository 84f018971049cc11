import type { Page } from "@playwright/test";
import { composer, conversationWith, message, messages, say, settled, transcript, words } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

const PASSWORD = "correct horse battery";
const SCRIPTS = "**/_next/static/**/*.js";

const sendButton = (page: Page) => page.getByRole("button", { name: "Send", exact: true });

/** Opens a page whose script is on its way, and returns what lets it arrive. */
async function openBeforeScript(page: Page, path: string): Promise<() => Promise<void>> {
  await page.route(SCRIPTS, () => {});
  await page.goto(path, { waitUntil: "commit" });
  return () => page.unroute(SCRIPTS);
}

test.describe("without script", () => {
  test.use({ javaScriptEnabled: false, complaints: FAILED_REQUESTS });

  test("somebody signs in and sends a message, which arrives", async ({ page, cast }) => {
    const grace = await cast.person("Grace", { javaScriptEnabled: true });
    const ada = await cast.register("Ada", PASSWORD);
    const { path } = await cast.longConversation([ada, grace], 120, { unread: 60 });
    const graces = await grace.open(path);
    await page.goto(path);
    await page.getByRole("textbox", { name: "Username" }).fill(ada.username);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(path);

    await composer(page).fill("Two lines\nand no script");
    await sendButton(page).click();
    await expect(page).toHaveURL(path);
    await expect(message(page, "Two lines\nand no script")).toBeInViewport();
    await expect(composer(page)).toHaveValue("");
    await expect(message(graces, "Two lines\nand no script")).toHaveCount(1);

    await page.reload();
    await expect(message(page, "Two lines\nand no script")).toHaveCount(1);
  });

  test("somebody signs up", async ({ page }) => {
    await page.goto("/sign-up");
    await page.getByRole("textbox", { name: "Username" }).fill("no.script");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page).toHaveURL("/");
    await expect(page.getByRole("main").getByText("They find you as @no.script.")).toBeVisible();
  });

  test("what is wrong is told beside its field, and the name is kept", async ({ page, cast }) => {
    const ada = await cast.register("Ada", PASSWORD);
    await page.goto("/sign-in?callbackUrl=/settings");
    await page.getByRole("textbox", { name: "Username" }).fill(ada.username);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByLabel("Password")).toHaveAccessibleDescription("Enter your password.");
    await expect(page.getByRole("textbox", { name: "Username" })).toHaveValue(ada.username);
    expect(page.url()).not.toContain(ada.username);

    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("This username and password do not go together.")).toBeVisible();
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL("/settings");

    await page.context().clearCookies();
    await page.goto("/sign-up");
    await page.getByRole("textbox", { name: "Username" }).fill(ada.username);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("textbox", { name: "Username" })).toHaveAccessibleDescription(/taken/);
    await expect(page.getByRole("textbox", { name: "Username" })).toHaveValue(ada.username);
  });

  test("a message that is too long is given back, shortened and sent", async ({ cast, grace }) => {
    const ada = await cast.person("Ada", { javaScriptEnabled: false });
    const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
    const page = await ada.context.newPage();
    await page.goto(path);
    await composer(page).fill("word ".repeat(900));
    await sendButton(page).click();
    const field = page.getByRole("textbox", { name: "Your message" });
    await expect(field).toHaveAccessibleDescription("A message has at most 4,000 characters.");
    await expect(field).toHaveValue("word ".repeat(900));
    await field.fill("Shorter now");
    await page.getByRole("button", { name: "Send again" }).click();
    await expect(page).toHaveURL(path);
    await expect(messages(page)).toHaveText([/Hello/, /Shorter now/]);
  });

  test("going back to a page that has sent something does not swallow what is sent from it next", async ({ cast, grace }) => {
    const ada = await cast.person("Ada", { javaScriptEnabled: false });
    const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
    const page = await ada.context.newPage();
    await page.goto(path);
    for (const text of ["One", "Two"]) {
      await composer(page).fill(text);
      await sendButton(page).click();
      await expect(message(page, text)).toBeVisible();
      await page.goBack();
    }
    await page.goto(path);
    await expect(messages(page)).toHaveText([/Hello/, /One/, /Two/]);
  });
});

test.describe("before the script has come", () => {
  test("what is typed is kept, with the focus and what is selected", async ({ ada, grace, cast }) => {
    const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
    const page = await ada.context.newPage();
    const arrive = await openBeforeScript(page, path);
    await composer(page).fill("Typed before the script came");
    await composer(page).evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(6, 12));
    await arrive();
    await settled(page);
    await expect(sendButton(page)).toHaveAttribute("aria-disabled", "false");
    await expect(composer(page)).toBeFocused();
    await page.keyboard.type("after");
    await expect(composer(page)).toHaveValue("Typed after the script came");
    await page.keyboard.press("Enter");
    await expect(message(page, "Typed after the script came")).toHaveCount(1);
    await page.reload();
    await expect(messages(page)).toHaveText([/Hello/, /Typed after the script came/]);
  });

  test("what was begun at an earlier visit stands before it", async ({ ada, grace, cast }) => {
    const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
    const page = await ada.open(path);
    await composer(page).fill("Begun earlier");
    const arrive = await openBeforeScript(page, path);
    await composer(page).fill("Typed just now");
    await arrive();
    await expect(composer(page)).toHaveValue("Begun earlier\nTyped just now");
  });

  test("Send sends, once, and the script goes on from there", async ({ ada, grace, cast }) => {
    const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
    const page = await ada.context.newPage();
    const arrive = await openBeforeScript(page, path);
    await composer(page).fill("Quicker than the script");
    await sendButton(page).click();
    await expect(message(page, "Quicker than the script")).toBeVisible();
    expect(new URL(page.url()).search).toBe("");
    await arrive();
    await settled(page);
    await expect(composer(page)).toHaveValue("");
    await say(page, "And by script");
    await expect(page.locator("[data-seq='3']")).toBeVisible();
    expect(await words(page)).toEqual(["Hello", "Quicker than the script", "And by script"]);
  });

  test("a message that went out before the script came, and whose answer was lost, is not sent again with it", async ({
    ada,
    grace,
    cast,
    parley,
  }) => {
    const { id, path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
    const page = await ada.context.newPage();
    const arrive = await openBeforeScript(page, path);
    await composer(page).fill("Only once");
    const form = await composer(page).evaluate((field: HTMLTextAreaElement) =>
      Object.fromEntries([...new FormData(field.form as HTMLFormElement)].map(([name, value]) => [name, String(value)])),
    );
    const answer = await ada.context.request.post(`/api/forms/conversations/${id}/messages`, {
      form,
      headers: { "Sec-Fetch-Site": "same-origin" },
      maxRedirects: 0,
    });
    expect(answer.status()).toBe(303);
    await arrive();
    await settled(page);
    await expect(composer(page)).toHaveValue("Only once");
    await page.keyboard.press("Enter");
    await expect(composer(page)).toHaveValue("");
    await expect(transcript(page).locator("[data-seq='2']")).toBeVisible();
    await expect(messages(page)).toHaveText([/Hello/, /Only once/]);
    await page.reload();
    await expect(messages(page)).toHaveText([/Hello/, /Only once/]);
    const stored = await parley.sql("SELECT content FROM messages WHERE conversation_id = $1 ORDER BY seq", [id]);
    expect(stored).toEqual([{ content: "Hello" }, { content: "Only once" }]);
  });

  test("what is typed into the sign-in and sign-up forms is kept, and nothing of it is in an address", async ({ page, cast }) => {
    const ada = await cast.register("Ada", PASSWORD);
    for (const path of ["/sign-up", "/sign-in"]) {
      const arrive = await openBeforeScript(page, path);
      await page.getByRole("textbox", { name: "Username" }).fill(ada.username);
      await page.getByLabel("Password").fill(PASSWORD);
      await arrive();
      await settled(page);
      await expect(page.getByRole("textbox", { name: "Username" })).toHaveValue(ada.username);
      await expect(page.getByLabel("Password")).toHaveValue(PASSWORD);
      await expect(page.getByLabel("Password")).toBeFocused();
    }
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL("/");
  });

  test("signing in works", async ({ page, cast, grace }) => {
    const ada = await cast.register("Ada", PASSWORD);
    await cast.conversation([ada, grace], [[grace, "Hello"]]);
    await openBeforeScript(page, "/sign-in");
    await page.getByRole("textbox", { name: "Username" }).fill(ada.username);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await expect(conversationWith(page, "Grace")).toBeVisible();
  });
});
