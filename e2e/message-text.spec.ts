import { composer, message, say, transcript, words } from "./support/screen";
import { expect, test } from "./support/test";

test("links can be followed, in a new tab that learns nothing of this one", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation(
    [ada, grace],
    [[grace, "See https://parley.example/a?b=c, or www.wikipedia.org. Write to me@parley.example!"]],
  );
  const page = await ada.open(path);
  const links = transcript(page).getByRole("link");
  await expect(links).toHaveText(["https://parley.example/a?b=c", "www.wikipedia.org", "me@parley.example"]);
  await expect(links.first()).toHaveAttribute("rel", "noopener noreferrer");
  await expect(links.first()).toHaveAttribute("target", "_blank");
  await expect(links.nth(1)).toHaveAttribute("href", "http://www.wikipedia.org");
});

test("a link of this site opens in place", async ({ cast, parley, ada, grace }) => {
  const alan = await cast.person("Alan");
  const other = await cast.conversation([ada, alan], [[alan, "Here"]]);
  const { path } = await cast.conversation([ada, grace], [[grace, `Look: ${parley.url}${other.path}`]]);
  const page = await ada.open(path);
  await transcript(page).getByRole("link").click();
  await expect(transcript(page)).toHaveAccessibleName("Messages with Alan");
  expect(ada.context.pages()).toHaveLength(1);
});

test("up to three emoji alone are large", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation(
    [ada, grace],
    [
      [grace, "Well done 👍"],
      [grace, "👩‍👩‍👧‍👦🇵🇹👍🏽"],
      [grace, "👍👍👍👍"],
    ],
  );
  const page = await ada.open(path);
  const sizes = await page
    .locator(".bubble-text")
    .evaluateAll((texts) => texts.map((text) => Number.parseFloat(getComputedStyle(text).fontSize)));
  expect(sizes).toEqual([15, 44, 15]);
});

test("text stays as it was typed: lines, spaces, code, other directions", async ({ cast, ada, grace }) => {
  const typed = ["if (a) {\n  b();\n\n\n    c();\n}", "two  spaces\tand a tab", "שלום, world", "z̸̡͎a̵͚͝l̷̰͝g̵͓̈o̴̤͂"];
  const { path } = await cast.conversation([ada, grace]);
  const graces = await grace.open(path);
  for (const text of typed) await say(graces, text);
  await expect(message(graces, "שלום").getByText("Sent")).toBeAttached();
  const page = await ada.open(path);
  await expect.poll(() => words(page)).toEqual(typed);
  await expect(message(page, "if (a)").locator(".bubble-text")).toHaveCSS("white-space-collapse", "preserve");
  await expect(message(page, "שלום").locator(".bubble-text")).toHaveCSS("direction", "rtl");
});

const ATTACKS = [
  "<script>document.title = 'taken'</script>",
  "<img src=x onerror=\"document.title='taken'\">",
  "<svg/onload=alert(1)>",
  "javascript:alert(1)",
  "[here](javascript:alert(1)) <a href='javascript:alert(1)'>here</a>",
  "data:text/html,<script>alert(1)</script>",
  "</textarea></script><!--",
  "{{constructor.constructor('alert(1)')()}} ${alert(1)}",
  'https://parley.example/"onmouseover="alert(1)',
];

test("what looks like a script is text, wherever it is shown", async ({ cast, ada }) => {
  const mallory = await cast.person("<img src=x onerror=alert(1)>");
  const { path } = await cast.conversation(
    [ada, mallory],
    ATTACKS.map((attack) => [mallory, attack] as const),
  );
  const page = await ada.open(path);
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  for (const attack of ATTACKS) await say(page, attack);
  await expect.poll(() => words(page)).toEqual([...ATTACKS, ...ATTACKS]);
  await page.reload();
  await expect.poll(() => words(page)).toEqual([...ATTACKS, ...ATTACKS]);
  await expect(page).toHaveTitle("<img src=x onerror=alert(1)> · Parley");
  await expect(transcript(page).locator("img, script, svg:not([aria-hidden]), a:not([href^='https://parley.example/'])")).toHaveCount(0);
  expect(dialogs).toEqual([]);
});

test("a message of 4,000 characters goes through; one more is not sent", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "How long?"]]);
  const page = await ada.open(path);
  const long = "🙂word".repeat(800);
  await say(page, `${long}x`);
  await expect(composer(page)).toHaveAccessibleDescription("−1 characters left");
  await say(page, long);
  await expect(message(page, long).getByText("Sent")).toBeAttached();
});
