import { expect, test, vi } from "vitest";
import { rememberClock } from "@/lib/client/screen/clock";
import { rememberSidebarWidth } from "@/lib/client/screen/preferences";

/** What a page at this address writes into cookies. */
function written(protocol: string): string[] {
  const cookies: string[] = [];
  vi.stubGlobal("location", { protocol });
  vi.stubGlobal("document", {
    set cookie(cookie: string) {
      cookies.push(cookie);
    },
  });
  rememberClock({ zone: "Europe/Lisbon", locale: "en-GB", today: "2026-07-15" });
  rememberSidebarWidth(320);
  vi.unstubAllGlobals();
  return cookies;
}

test("What a page keeps in cookies goes to this site only, and by https only where the page came by it", () => {
  const [clock, width] = ["parley.clock=Europe/Lisbon|en-GB", "parley.sidebar=320"].map(
    (pair) => `${pair}; path=/; max-age=31536000; samesite=lax`,
  );
  expect(written("http:")).toEqual([clock, width]);
  expect(written("https:")).toEqual([`${clock}; secure`, `${width}; secure`]);
});
