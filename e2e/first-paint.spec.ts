import { composer, conversationWith, message, transcript } from "./support/screen";
import { expect, test } from "./support/test";

test.describe("before any script", () => {
  test("a conversation can be read, at its end", async ({ cast, grace }) => {
    const ada = await cast.person("Ada", { javaScriptEnabled: false });
    const { path } = await cast.longConversation([ada, grace], 200);
    const page = await ada.context.newPage();
    await page.goto(path);
    await expect(page).toHaveTitle("Grace · Parley");
    await expect(message(page, /: 200\. /)).toBeInViewport();
    await expect(message(page, /: 160\. /)).toBeAttached();
    await expect(conversationWith(page, "Grace")).toBeVisible();
    await expect(composer(page)).toBeVisible();
  });

  test("what is unread stands below the line", async ({ cast, grace }) => {
    const ada = await cast.person("Ada", { javaScriptEnabled: false });
    const { path } = await cast.longConversation([ada, grace], 200, { unread: 50 });
    const page = await ada.context.newPage();
    await page.goto(path);
    await expect(transcript(page).getByRole("heading", { name: "New messages" })).toBeInViewport();
    await expect(page.getByText("50 unread")).toBeVisible();
  });

  test("one goes from conversation to conversation by links", async ({ cast, grace }) => {
    const ada = await cast.person("Ada", { javaScriptEnabled: false });
    await cast.conversation([ada, grace], [[grace, "Good morning"]]);
    const page = await ada.context.newPage();
    await page.goto("/");
    await conversationWith(page, "Grace").click();
    await expect(message(page, "Good morning")).toBeVisible();
  });
});

test("the script changes nothing of what is already shown", async ({ cast, ada, grace }) => {
  const { path } = await cast.longConversation([ada, grace], 200);
  const page = await ada.context.newPage();
  await page.route("**/_next/static/**/*.js", () => {});
  await page.goto(path, { waitUntil: "commit" });
  const last = message(page, /: 200\. /);
  await expect(last).toBeInViewport();
  await page.evaluate(() => document.fonts.ready);
  const before = await last.boundingBox();
  await composer(page).fill("Typed before the script came");
  await page.unroute("**/_next/static/**/*.js");
  await expect(composer(page)).toBeFocused();
  await expect(page.getByRole("button", { name: "Send" })).not.toHaveAttribute("aria-disabled", "true");
  await expect(composer(page)).toHaveValue("Typed before the script came");
  expect(await last.boundingBox()).toEqual(before);
});
