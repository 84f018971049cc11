import { afterEach, describe, expect, test, vi } from "vitest";
import { browserClock, type Clock, clockFrom, dayName, fullTime, rememberClock, timeInList, timeOfDay } from "@/lib/client/screen/clock";
import { held } from "../support/held";

const lisbon: Clock = { zone: "Europe/Lisbon", locale: "en-GB", today: "2026-07-15" };
const newYork: Clock = { zone: "America/New_York", locale: "en-US", today: "2026-07-15" };

test("A time is written as the reader's region does, in the reader's zone", () => {
  expect(timeOfDay("2026-07-15T13:05:00.000Z", lisbon)).toBe("14:05");
  expect(timeOfDay("2026-07-15T13:05:00.000Z", newYork)).toBe("9:05\u00a0AM");
  expect(timeOfDay("2026-07-15T23:05:00.000Z", newYork)).toBe("7:05\u00a0PM");
});

test("A tooltip tells day and time in full", () => {
  expect(fullTime("2026-07-15T13:05:00.000Z", lisbon)).toMatch(/^Wednesday,? 15 July 2026 at 14:05$/);
  expect(fullTime("2026-07-15T13:05:00.000Z", newYork)).toBe("Wednesday, July 15, 2026 at 9:05\u00a0AM");
});

test.each([
  ["2026-07-15T08:00:00.000Z", "Today", "09:00"],
  ["2026-07-14T22:59:00.000Z", "Yesterday", "Yesterday"],
  ["2026-07-14T23:00:00.000Z", "Today", "00:00"],
  ["2026-07-10T12:00:00.000Z", "Friday", "Fri"],
  ["2026-07-09T12:00:00.000Z", "Thursday", "Thu"],
  ["2026-07-08T12:00:00.000Z", "8 July", "8 Jul"],
  // A clock that goes ahead of the reader's.
  ["2026-07-16T12:00:00.000Z", "16 July", "13:00"],
  ["2026-03-12T12:00:00.000Z", "12 March", "12 Mar"],
  ["2024-03-12T12:00:00.000Z", "12 March 2024", "12/03/24"],
])("%s is the day “%s”, and “%s” in the list", (at, day, inList) => {
  expect(dayName(at, lisbon)).toBe(day);
  expect(timeInList(at, lisbon)).toBe(inList);
});

test("The list tells a month by its name for three hundred days, and by its number with the year after that", () => {
  expect(timeInList("2025-09-19T12:00:00.000Z", lisbon)).toMatch(/^19 Sept?$/);
  expect(timeInList("2025-09-18T12:00:00.000Z", lisbon)).toBe("18/09/25");
});

describe("The browser's own clock", () => {
  afterEach(() => void vi.unstubAllGlobals());

  test.each([
    [["pt-PT", "en", "en-AU", "en-US"], "en-AU"],
    [["pt-PT", "en"], "en-GB"],
  ])("of somebody who reads %j writes times as in %s", (languages, locale) => {
    vi.stubGlobal("navigator", { languages });
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    expect(browserClock()).toMatchObject({ zone: timeZone, locale });
    expect(browserClock().today).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  test("is in its own zone, and by Greenwich where it knows of none", () => {
    vi.stubGlobal("navigator", { languages: [] });
    const options = vi.spyOn(Intl.DateTimeFormat.prototype, "resolvedOptions");
    for (const [zone, shown] of [
      ["Asia/Tokyo", "Asia/Tokyo"],
      ["", "UTC"],
    ]) {
      options.mockReturnValue({ timeZone: zone } as Intl.ResolvedDateTimeFormatOptions);
      expect(browserClock().zone).toBe(shown);
    }
    options.mockRestore();
  });

  test("is told to the server for a year, in its own words", () => {
    const page = { cookie: "" };
    vi.stubGlobal("document", page);
    vi.stubGlobal("location", { protocol: "http:" });
    rememberClock(newYork);
    expect(page.cookie).toBe("parley.clock=America/New_York|en-US; path=/; max-age=31536000; samesite=lax");
  });
});

describe("The server writes times as the browser said last time", () => {
  const now = new Date("2026-07-15T23:30:00.000Z");

  test("in its zone, on its day", () => {
    expect(clockFrom("Asia/Tokyo|en-AU", now)).toEqual({ zone: "Asia/Tokyo", locale: "en-AU", today: "2026-07-16" });
  });

  test("in its zone however that is spelled", () => {
    expect(clockFrom("asia/tokyo|en-AU", now).zone).toBe("Asia/Tokyo");
  });

  test.each([
    undefined,
    "",
    "|",
    "Mars/Olympus|en-GB",
    "Asia/Tokyo|tlh",
    "Asia/Tokyo|en-u-nu-roman",
    "Asia/Tokyo|xen-AU",
    "Asia/Tokyo|en-AUX",
    "Asia/Tokyo",
  ])("and by Greenwich where it said %j", (cookie) => {
    expect(clockFrom(cookie, now)).toEqual({ zone: "UTC", locale: "en-GB", today: "2026-07-15" });
  });

  test("and visitors who claim to be everywhere cost it no memory", { timeout: 60_000 }, async () => {
    const visit = (zone: string, region: string) => {
      const clock = clockFrom(`${zone}|en-${region}`, now);
      return [timeOfDay("2026-07-15T13:05:00.000Z", clock), dayName("2024-03-12T12:00:00.000Z", clock)];
    };
    const regions = async (...names: string[]) => {
      for (const region of names) {
        for (const zone of Intl.supportedValuesOf("timeZone")) visit(zone, region);
        await held();
      }
      return process.memoryUsage.rss();
    };
    const before = await regions("GB", "US");
    expect((await regions("AU", "CA", "IE", "IN", "NZ", "ZA", "SG", "MT")) - before).toBeLessThan(40 * 1024 * 1024);
  });
});
