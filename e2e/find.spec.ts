import type { Page } from "@playwright/test";
import type { Cast } from "./support/cast";
import { composer, conversationWith, say, transcript } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

const field = (page: Page) => page.getByRole("combobox", { name: "Find by name or username" });
const options = (page: Page) => page.getByRole("listbox").getByRole("option");

async function find(page: Page, text: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await field(page).fill(text);
}

/** Somebody whose name no other test of this worker has. */
function rare(cast: Cast, name: string) {
  return cast.person(`${name} Quixotic`);
}

test("a person is found by a part of their name, without its accents, with name and picture, and talked with", async ({ cast, ada }) => {
  const jose = await rare(cast, "José");
  const page = await ada.open("/");
  await find(page, "JOSE xoti");
  const option = options(page).filter({ hasText: "José Quixotic" });
  await expect(option).toContainText(`@${jose.username}`);
  await expect(option).toContainText("New conversation");
  await page.keyboard.press("Enter");
  await expect(transcript(page)).toHaveAccessibleName("Messages with José Quixotic");
  await expect(composer(page)).toBeFocused();
  await say(page, "Found you");
  await expect(conversationWith(page, "José Quixotic")).toBeVisible();
});

test("conversations are found that lie beyond what the list has loaded, before people one does not know", async ({ cast, ada, parley }) => {
  const first = await cast.person("Zuleika First");
  const stranger = await cast.person("Zuleika Alone");
  const old = await cast.conversation([ada, first], [[first, "Long ago"]]);
  for (let i = 0; i < 26; i++) {
    const later = await cast.person(`Later ${i}`);
    await cast.conversation(
      [ada, later],
      Array.from({ length: 2 }, () => [later, "Hello"] as const),
    );
  }
  await parley.sql("UPDATE conversations SET last_message_at = now() - interval '1 year' WHERE id = $1", [old.id]);
  const page = await ada.open("/");
  await find(page, "zulei");
  await expect(options(page)).toHaveText([/Zuleika First/, /Zuleika Alone.*New conversation/]);
  await expect(page.getByRole("group", { name: "Conversations" }).getByRole("option")).toHaveCount(1);
  await expect(page.getByRole("group", { name: "People" }).getByRole("option")).toHaveText([new RegExp(stranger.username)]);
  await page.keyboard.press("ArrowDown");
  await expect(options(page).nth(1)).toHaveAttribute("id", (await field(page).getAttribute("aria-activedescendant")) ?? "none");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(old.path);
});

test("whom one talks with is found before the server has answered", async ({ cast, ada, grace }) => {
  await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open("/");
  await page.route("**/api/users?**", () => {});
  await find(page, "grä");
  await expect(options(page)).toHaveText([/Grace/]);
});

test("what finds nobody says what to do, and Escape leads back", async ({ ada }) => {
  const page = await ada.open("/");
  const opener = page.getByRole("button", { name: "Find or start a conversation" });
  await opener.click();
  await expect(page.getByText("Type a part of somebody’s name or username.")).toBeVisible();
  await field(page).fill("nobody has this name");
  await expect(page.getByText("Nobody here goes by that. Type more of their name or another part of it")).toBeVisible();
  await field(page).fill("");
  await page.keyboard.press("Escape");
  await expect(field(page)).toHaveCount(0);
  await expect(opener).toBeFocused();
});

test.describe("a search that fails", () => {
  test.use({ complaints: FAILED_REQUESTS });

  test("says so, and can be tried again", async ({ cast, ada }) => {
    await rare(cast, "Olympia");
    const page = await ada.open("/");
    await page.route("**/api/users?**", (route) => route.abort());
    await find(page, "olympia quix");
    await expect(page.getByText("There is no connection to the server.")).toBeVisible();
    await page.unroute("**/api/users?**");
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(options(page)).toHaveText([/Olympia Quixotic/]);
  });

  test("keeps a text that is too long, and says so", async ({ ada }) => {
    const page = await ada.open("/");
    await find(page, "very long ".repeat(10));
    await expect(page.getByText("No name is that long.")).toBeVisible();
    await expect(field(page)).toHaveValue("very long ".repeat(10));
  });
});
