import { say } from "./support/screen";
import { expect, test } from "./support/test";

/** That no page breaks the policy is seen by every other spec: a violation is a complaint of the browser. */
test.describe("a script that somebody smuggled into a page", () => {
  test.use({ complaints: /Content Security Policy|404/ });

  test("does not run, and cannot call home", async ({ cast, ada, grace }) => {
    const { path } = await cast.conversation([ada, grace], [[grace, "Hello"]]);
    const page = await ada.open(path);
    const ran = await page.evaluate(async () => {
      const script = document.createElement("div");
      script.innerHTML = "<img src='/nowhere.png' onerror='window.taken = true'>";
      document.body.append(script);
      await new Promise((done) => script.querySelector("img")?.addEventListener("error", done));
      const home = await fetch("http://127.0.0.1:9/").catch(() => "refused");
      return ["taken" in window, home];
    });
    expect(ran).toEqual([false, "refused"]);
    await say(page, "Still working");
  });
});

test("each answer has a nonce of its own, and no page may be framed", async ({ request }) => {
  const policies = await Promise.all([1, 2].map(async () => (await request.get("/sign-in")).headers()["content-security-policy"] ?? ""));
  const nonces = policies.map((policy) => /script-src [^;]*'nonce-([^']+)'/.exec(policy)?.[1]);
  expect(nonces[0]).toBeTruthy();
  expect(nonces[0]).not.toBe(nonces[1]);
  expect(policies[0]).toContain("frame-ancestors 'none'");
  expect(policies[0]).not.toContain("unsafe");
});
