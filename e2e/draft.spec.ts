import { composer, conversationWith, say } from "./support/screen";
import { expect, test } from "./support/test";

test("what was not sent yet survives a reload, and each conversation has its own", async ({ cast, ada, grace }) => {
  const alan = await cast.person("Alan");
  const withAlan = await cast.conversation([ada, alan], [[alan, "Hello"]]);
  const withGrace = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const page = await ada.open(withGrace.path);
  await composer(page).fill("Dear Grace, ");
  await page.reload();
  await expect(composer(page)).toHaveValue("Dear Grace, ");
  await conversationWith(page, "Alan").click();
  await expect(page).toHaveURL(withAlan.path);
  await expect(composer(page)).toHaveValue("");
  await expect(conversationWith(page, "Grace")).toContainText("Draft: Dear Grace,");
  await composer(page).fill("Dear Alan, ");
  await page.goBack();
  await expect(composer(page)).toHaveValue("Dear Grace, ");
  await say(page, "Dear Grace, good night.");
  await page.reload();
  await expect(composer(page)).toHaveValue("");
  await expect(conversationWith(page, "Alan")).toContainText("Draft: Dear Alan,");
});
