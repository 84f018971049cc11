import { message, say, words } from "./support/screen";
import { expect, FAILED_REQUESTS, test } from "./support/test";

test.use({ complaints: FAILED_REQUESTS });

test("the server is killed in mid-conversation, and both sides end up equal", async ({ cast, parley, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Before"]]);
  const adas = await ada.open(path);
  const graces = await grace.open(path);
  await say(adas, "Last words to the old server");
  await expect(message(graces, "Last words to the old server")).toBeVisible();

  await parley.crash();
  await say(adas, "Ada, to nobody");
  await say(graces, "Grace, to nobody");
  await say(graces, "And once more");
  await expect(message(adas, "Ada, to nobody").getByText(/Sending|Waiting/)).toBeAttached();
  await parley.restart();

  await expect(message(adas, "And once more")).toBeVisible();
  await expect(message(graces, "Ada, to nobody")).toBeVisible();
  await expect(message(adas, "Ada, to nobody").getByText(/Sent|Read/)).toBeAttached();
  const said = await words(adas);
  expect(await words(graces)).toEqual(said);
  expect(said).toHaveLength(5);
  expect(said.indexOf("Grace, to nobody")).toBeLessThan(said.indexOf("And once more"));
});
