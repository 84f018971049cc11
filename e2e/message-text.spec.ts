import type { Page } from "@playwright/test";
import { composer, message, messages, say, transcript, words } from "./support/screen";
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

test("marks that are heaped on a letter stay near it: they draw over nobody's words", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation(
    [ada, grace],
    [
      [grace, "Read these words of mine"],
      [ada, "Hm"],
    ],
  );
  const page = await ada.open(path);
  await page.setViewportSize({ width: 1280, height: 600 });
  const hers = message(page, "Read these words").locator(".bubble");
  const before = await hers.screenshot();
  await say(page, `z${"\u0301".repeat(3_000)}`);
  const heap = messages(page).last();
  await expect(heap.getByText(/Sent|Read/)).toBeAttached();
  // Fonts differ in whether they heap marks, or draw all of them in one place.
  await heap.locator(".bubble-text").evaluate((text) => {
    (text as HTMLElement).style.fontFamily = "DejaVu Sans, sans-serif";
  });
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
  expect((await hers.screenshot()).equals(before), "as it was before").toBe(true);
});

test("an address that reads as another one is shown as what it is", async ({ cast, ada, grace }) => {
  const { path } = await cast.conversation([ada, grace], [[grace, "Pay at аррӏе.com/me or at https://münchen.example/"]]);
  const page = await ada.open(path);
  const links = transcript(page).getByRole("link");
  await expect(links).toHaveText(["xn--80ak6aa92e.com/me", "https://münchen.example/"]);
  await expect(links.first()).toHaveAttribute("href", "http://аррӏе.com/me");
});

test.describe("at 320 pixels", () => {
  test.use({ viewport: { width: 320, height: 568 } });

  test("three large emoji stand in one line", async ({ cast, ada, grace }) => {
    const { path } = await cast.conversation(
      [ada, grace],
      [
        [grace, "👩‍👩‍👧‍👦🇵🇹👍🏽"],
        [ada, "🎉 🎉 🎉"],
      ],
    );
    const page = await ada.open(path);
    for (const row of await messages(page).all()) {
      const { height, lineHeight, right } = await row.locator(".bubble-text").evaluate((text) => {
        const range = document.createRange();
        range.setStart(text, 0);
        range.setEndBefore(text.querySelector(".bubble-meta") as Element);
        const { height } = range.getBoundingClientRect();
        return { height, lineHeight: Number.parseFloat(getComputedStyle(text).lineHeight), right: range.getBoundingClientRect().right };
      });
      expect(height).toBeLessThanOrEqual(1.5 * lineHeight);
      expect(right).toBeLessThanOrEqual(320);
    }
  });
});

test.describe("where the clock has twelve hours", () => {
  test.use({ locale: "en-US" });

  test("a time reads from left to right, also below Hebrew and Arabic", async ({ cast }) => {
    const ada = await cast.person("Ada", { locale: "en-US" });
    const grace = await cast.person("Grace");
    const { path } = await cast.conversation(
      [ada, grace],
      [
        [grace, "שלום, מה שלומך היום?"],
        [ada, "مرحبا"],
      ],
    );
    const page = await ada.open(path);
    const times = transcript(page)
      .locator("time")
      .filter({ hasText: /[AP]M$/ });
    await expect(times).toHaveCount(2);
    for (const time of await times.all()) {
      const [digits, half] = await time.evaluate((element) => {
        const text = element.firstChild as Text;
        const left = (from: number, to: number) => {
          const range = document.createRange();
          range.setStart(text, from);
          range.setEnd(text, to);
          return range.getBoundingClientRect().left;
        };
        return [left(0, 1), left(text.length - 1, text.length)];
      });
      expect(digits).toBeLessThan(half as number);
    }
  });
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
  await expect(composer(page)).toHaveAccessibleDescription("One character too many: shorten it, or send it in parts.");
  await say(page, long);
  await expect(message(page, long).getByText("Sent")).toBeAttached();
});

test.describe("the text of a message", () => {
  const copy = async (page: Page) => {
    await message(page, "To be copied").click({ button: "right" });
    await page.getByRole("menuitem", { name: "Copy text" }).click();
  };

  test("is copied over plain http too, where a browser has no clipboard", async ({ cast, ada, grace }) => {
    const { path } = await cast.conversation([ada, grace], [[grace, "To be copied"]]);
    const page = await ada.open(path);
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await copy(page);
    await composer(page).focus();
    await page.keyboard.press("Control+v");
    await expect(composer(page)).toHaveValue("To be copied");
  });

  test("is said not to have been copied where the browser refuses it", async ({ cast, ada, grace }) => {
    const { path } = await cast.conversation([ada, grace], [[grace, "To be copied"]]);
    const page = await ada.open(path);
    await page.evaluate(() => {
      Object.defineProperty(navigator, "clipboard", {
        value: { writeText: () => Promise.reject(new DOMException("No.", "NotAllowedError")) },
      });
    });
    await copy(page);
    await expect(page.getByRole("alert").filter({ hasText: "The browser did not allow that" })).toBeVisible();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await expect(page.getByText("The browser did not allow that")).toHaveCount(0);
  });
});
