import { composer, conversationWith, message, settled, transcript } from "./support/screen";
import { expect, test } from "./support/test";

test("the keyboard alone signs in, starts a conversation, sends and signs out", async ({ page, cast, grace }) => {
  const ada = await cast.register("Ada", "correct horse battery");
  await page.goto("/sign-in");
  await settled(page);
  await page.keyboard.press("Tab");
  await page.keyboard.type(ada.username);
  await page.keyboard.press("Tab");
  await page.keyboard.type("correct horse battery");
  await page.keyboard.press("Enter");
  await page.waitForURL("/");
  await settled(page);

  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Find by name or username" })).toBeFocused();
  await page.keyboard.type(grace.username.slice(0, 10));
  await expect(page.getByRole("option", { name: `@${grace.username}` })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(composer(page)).toBeFocused();

  await page.keyboard.type("No mouse");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("was moved");
  await page.keyboard.press("Enter");
  await expect(message(page, "No mouse\nwas moved")).toBeVisible();
  await expect(composer(page)).toBeFocused();
});

test("the keyboard alone moves between conversations", async ({ cast, ada, grace }) => {
  const alan = await cast.person("Alan");
  await cast.conversation(
    [ada, grace],
    [
      [grace, "Older"],
      [grace, "Older still seen first"],
    ],
  );
  await cast.conversation([ada, alan], [[alan, "Newer"]]);
  const page = await ada.open("/");
  await settled(page);

  await page.keyboard.press("Alt+ArrowDown");
  await expect(transcript(page)).toHaveAccessibleName("Messages with Alan");
  await page.keyboard.press("Alt+ArrowDown");
  await expect(transcript(page)).toHaveAccessibleName("Messages with Grace");
  await page.keyboard.press("Alt+ArrowUp");
  await expect(transcript(page)).toHaveAccessibleName("Messages with Alan");

  await conversationWith(page, "Alan").focus();
  await page.keyboard.press("ArrowDown");
  await expect(conversationWith(page, "Grace")).toBeFocused();
  await page.keyboard.press("Home");
  await expect(conversationWith(page, "Alan")).toBeFocused();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(transcript(page)).toHaveAccessibleName("Messages with Grace");
});

test("the keyboard alone reaches what can be done with a message, history, the settings and the way out", async ({ cast, ada, grace }) => {
  const { path } = await cast.longConversation([ada, grace], 40);
  const page = await ada.open(path);
  await expect(composer(page)).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(message(page, /: 40\. /).getByRole("button", { name: "Actions" })).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(message(page, /: 39\. /).getByRole("button", { name: "Actions" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Copy text" })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 unread")).toBeVisible();
  await composer(page).focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  await expect(transcript(page)).toBeFocused();
  await page.keyboard.press("Home");
  await expect(message(page, /: 1\. /)).toBeInViewport();

  await page.getByRole("button", { name: "Your account" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Settings" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Your account" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Settings" })).toBeFocused();
  await page.keyboard.press("End");
  await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("the first Tab offers to skip the list", async ({ cast, ada, grace }) => {
  await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open("/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the conversation" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});

test("Enter in the middle of composing a word does not send it", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open(path);
  const typing = await ada.context.newCDPSession(page);
  await typing.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  await composer(page).dispatchEvent("keydown", { key: "Enter", isComposing: true });
  await expect(composer(page)).toHaveValue("にほ");
  await typing.send("Input.insertText", { text: "日本" });
  await page.keyboard.press("Enter");
  await expect(message(page, "日本")).toBeVisible();
});
