import { expect, it } from "vitest";
import { Username } from "@/lib/protocol/users";
import { deviceLabel } from "@/lib/server/auth/device";
import { isReserved, usernameCandidates } from "@/lib/server/auth/usernames";

it.each(["jane", "p0000", "12345", "ali", "allison", "hereward", "modesto", "supporter", "j.doe_7"])("lets %s be a name", (name) => {
  expect(isReserved(name)).toBe(false);
});

it.each([
  ["octocat", /^octocat$/],
  ["Zoë Müller", /^Zoe-Muller$/],
  ["-leading.and.trailing_", /^leading\.and\.trailing$/],
  ["x".repeat(40), /^x{30}-\d$/],
  ["李小龙", /^user-\d{4}$/],
  ["admin", /^user-\d{4}$/],
  ["", /^user-\d{4}$/],
])("makes a username of %j", (wanted, expected) => {
  expect(usernameCandidates(wanted).next().value).toMatch(expected);
});

it("has more names where the first are taken, each of them a username", () => {
  const names = [...usernameCandidates("n".repeat(32))];
  expect(new Set(names).size).toBe(10);
  for (const name of names) expect(Username.safeParse(name).success).toBe(true);
});

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";
it.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`, "Edge on Windows"],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
    "Safari on macOS",
  ],
  [`Mozilla/5.0 (Linux; Android 15; Pixel 9) ${WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36`, "Chrome on Android"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"],
  ["curl/8.9.1", "curl"],
  ["", "Unknown device"],
  ["???", "Unknown device"],
])("calls a device by its name: %s", (userAgent, label) => {
  expect(deviceLabel(userAgent)).toBe(label);
});
