import { composer, conversationWith, message, messages, say } from "./support/screen";
import { expect, test } from "./support/test";

test("a message appears on the other side without a reload", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Shall we?"]]);
  const adas = await ada.open(path);
  const graces = await grace.open(path);
  await say(graces, "We shall.");
  await expect(message(adas, "We shall.")).toBeVisible();
  await say(adas, "Then it is settled.");
  await expect(message(graces, "Then it is settled.")).toBeVisible();
});

test("one's own message shows at once, then as sent, then as read", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const adas = await ada.open(path);
  await say(adas, "Can you hear me?");
  const mine = message(adas, "Can you hear me?");
  await expect(mine.getByText("Sent")).toBeAttached();
  await grace.open(path);
  await expect(mine.getByText("Read")).toBeAttached();
});

test("what one sends shows on one's other device, as one's own", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
  const phone = await (await cast.elsewhere(ada)).open(path);
  await say(await ada.open(path), "From the desk");
  await expect(message(phone, "You: From the desk")).toBeVisible();
});

test("a first message makes the conversation appear at the top of the other's list", async ({ cast, ada, grace }) => {
  const alan = await cast.person("Alan");
  await cast.conversation([ada, alan], [[alan, "Earlier"]]);
  const { path } = await cast.conversation([ada, grace]);
  const adas = await ada.open("/");
  await expect(conversationWith(adas, "Grace")).toHaveCount(0);
  await say(await grace.open(path), "May I?");
  await expect(adas.getByRole("navigation", { name: "Conversations" }).getByRole("link").first()).toContainText("Grace");
  await conversationWith(adas, "Grace").click();
  await expect(messages(adas)).toHaveCount(1);
  await expect(composer(adas)).toBeFocused();
});
