import { conversationWith, message, say, transcript } from "./support/screen";
import { expect, test } from "./support/test";

test("while one is away a message waits, with a mark in the list and a number in the title", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Write to me"]]);
  const adas = await ada.open("/");
  await expect(adas).toHaveTitle("Parley");
  const graces = await grace.open(path);
  await say(graces, "First");
  await say(graces, "Second");
  await expect(conversationWith(adas, "Grace")).toContainText("2 unread");
  await expect(adas).toHaveTitle("(2) Parley");
});

test("what came while one was away is found below a line, which stays while one reads", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Write to me"]]);
  const graces = await grace.open(path);
  await say(graces, "While you were out");
  await expect(message(graces, "While you were out").getByText("Sent")).toBeAttached();

  const adas = await ada.open(path);
  const below = message(adas, "While you were out");
  await expect(below.getByRole("heading", { name: "New messages" })).toBeVisible();
  await expect(conversationWith(adas, "Grace")).not.toContainText("unread");
  await expect(adas).toHaveTitle("Grace · Parley");
  await say(graces, "And while you look");
  await expect(message(adas, "And while you look")).toBeVisible();
  await expect(below.getByRole("heading", { name: "New messages" })).toBeVisible();
  await expect(transcript(adas).getByRole("heading", { name: "New messages" })).toHaveCount(1);
});

test("a conversation with much unread opens at the line, not at its end", async ({ cast, ada, grace }) => {
  const { path } = await cast.longConversation([ada, grace], 200, { unread: 80 });
  const page = await ada.open(path);
  await expect(transcript(page).getByRole("heading", { name: "New messages" })).toBeInViewport();
  await expect(message(page, /: 121\. /)).toBeInViewport();
  await page.getByRole("button", { name: /^Jump to latest, \d+ unread$/ }).click();
  await expect(message(page, /: 200\. /)).toBeInViewport();
  await expect(conversationWith(page, "Grace")).not.toContainText("unread");
});

test("reading on one device clears the mark on the other", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Write to me"]]);
  const desk = await ada.open("/");
  const phone = await (await cast.elsewhere(ada)).open("/");
  await say(await grace.open(path), "Here");
  await expect(conversationWith(desk, "Grace")).toContainText("1 unread");
  await conversationWith(phone, "Grace").click();
  await expect(conversationWith(desk, "Grace")).not.toContainText("unread");
  await expect(desk).toHaveTitle("Parley");
});

test("an open conversation that nobody looks at stays unread until somebody does", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[ada, "Write to me"]]);
  const adas = await ada.open(path);
  const graces = await grace.open(path);
  const sight = await adas.context().newCDPSession(adas);
  await sight.send("Emulation.setFocusEmulationEnabled", { enabled: false });
  await (await ada.context.newPage()).bringToFront();

  await say(graces, "Are you there?");
  await expect(message(adas, "Are you there?")).toBeAttached();
  await expect(adas).toHaveTitle("(1) Grace · Parley");
  await expect(message(graces, "Are you there?").getByText("Sent")).toBeAttached();

  await adas.bringToFront();
  await expect(message(graces, "Are you there?").getByText("Read")).toBeAttached();
  await expect(adas).toHaveTitle("Grace · Parley");
});
