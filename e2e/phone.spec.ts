import { composer, conversations, conversationWith, message, say } from "./support/screen";
import { expect, test } from "./support/test";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });

test("a phone shows the list or a conversation, and back leads from one to the other", async ({ cast, ada, grace }) => {
  await cast.conversation([ada, grace], [[grace, "On the way"]]);
  const page = await ada.open("/");
  await expect(conversations(page)).toBeInViewport();
  await expect(page.getByText("Pick a conversation")).toBeHidden();

  await conversationWith(page, "Grace").tap();
  await expect(message(page, "On the way")).toBeInViewport();
  await expect(conversations(page)).toBeHidden();

  await page.getByRole("link", { name: "Conversations" }).tap();
  await expect(conversations(page)).toBeInViewport();
  await expect(composer(page)).toHaveCount(0);

  await conversationWith(page, "Grace").tap();
  await expect(message(page, "On the way")).toBeInViewport();
  await page.goBack();
  await expect(conversations(page)).toBeInViewport();
});

test("back leads to the list also where one came in by an address", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "On the way"]]);
  const page = await ada.open(path);
  await page.getByRole("link", { name: "Conversations" }).tap();
  await expect(page).toHaveURL("/");
  await expect(conversationWith(page, "Grace")).toBeInViewport();
});

test("under a thumb Enter breaks the line, and the button sends", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "On the way"]]);
  const page = await ada.open(path);
  await say(page, "one line");
  await composer(page).pressSequentially("and another");
  await expect(message(page, "one line")).toHaveCount(0);
  await page.getByRole("button", { name: "Send" }).tap();
  await expect(message(page, "one line\nand another")).toBeVisible();
});

test("nothing is wider than the screen, and zoom is never blocked", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation(
    [ada, grace],
    [
      [grace, "x".repeat(2_000)],
      [ada, `https://parley.example/${"path/".repeat(60)}`],
    ],
  );
  const page = await ada.open(path);
  expect(await page.evaluate(() => document.scrollingElement?.scrollWidth)).toBe(390);
  await expect(page.locator('meta[name="viewport"]')).not.toHaveAttribute("content", /user-scalable|maximum-scale/);
});

test("what a thumb touches is at least 40 pixels high", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "On the way"]]);
  const page = await ada.open(path);
  for (const target of [composer(page), page.getByRole("button", { name: "Send" }), page.getByRole("link", { name: "Conversations" })]) {
    expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(40);
  }
});

test("an open group says much of itself, and the way in stays in reach", async ({ cast, ada, grace }) => {
  const description = "Everybody between the bridge and the railway. ".repeat(8).trim();
  await cast.group("Harbour district", [grace], [], { access: "open", description });
  const page = await ada.open("/groups");
  await expect(page.getByRole("button", { name: "Join Harbour district" })).toBeInViewport({ ratio: 1 });
});
