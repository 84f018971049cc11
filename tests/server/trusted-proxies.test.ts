import { describe, expect, test } from "vitest";
import { parseConfig } from "@/lib/server/config";
import { callerBehind, networkOf, parseTrust, type Trust } from "@/lib/server/trusted-proxies";

const trust = (text: string) => parseTrust(text) as Trust;

test.each([
  ["loopback", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"], ["10.0.0.1", "::2", "", "unknown", "127.0.0.1.example.org"]],
  ["linklocal", ["169.254.1.1", "fe80::1", "fe80::1%eth0", "fe80::1%br-lan", "fe80::1%eth0.100"], ["127.0.0.1", "2001:db8::1"]],
  ["uniquelocal", ["10.1.2.3", "172.31.0.1", "192.168.1.1", "fd00::1"], ["172.32.0.1", "11.0.0.1", "127.0.0.1"]],
  ["192.0.2.7", ["192.0.2.7", "::ffff:192.0.2.7"], ["192.0.2.8", "127.0.0.1"]],
  ["loopback, 10.0.0.0/8, 2001:db8::/32", ["127.0.0.1", "10.255.0.1", "2001:db8:1::5"], ["192.0.2.1", "2001:db9::1"]],
  ["Loopback,2001:DB8::1", ["::1", "2001:db8::1"], ["2001:db8::2"]],
])("TRUST_PROXY=%s trusts those and no others", (text, trusted, others) => {
  expect(trusted.filter((address) => !trust(text)(address, 0))).toEqual([]);
  expect(others.filter((address) => trust(text)(address, 0))).toEqual([]);
});

test("TRUST_PROXY as a number trusts so many hops, whoever they are", () => {
  expect([0, 1, 2].map((hop) => trust("2")("192.0.2.1", hop))).toEqual([true, true, false]);
  expect(trust("0")("127.0.0.1", 0)).toBe(false);
});

test.each(["yes", "-1", "1.5", "10.0.0.0/33", "10.0.0.0/", "loopback,", "constructor", "10.1", "example.org", "::1/129", "1000"])(
  "TRUST_PROXY=%s is refused in a sentence",
  (TRUST_PROXY) => {
    const environment = { DATABASE_URL: "postgres://x", AUTH_SECRET: "x".repeat(32), TRUST_PROXY };
    expect(() => parseConfig(environment)).toThrow(/^The configuration cannot be used: TRUST_PROXY is a number of proxies, or [^;]+\.$/);
  },
);

describe("who asks", () => {
  test.each([
    ["nobody else is named", "192.0.2.1", undefined, "loopback", "192.0.2.1", 0],
    ["a stranger names somebody", "192.0.2.1", "198.51.100.1", "loopback", "192.0.2.1", 0],
    ["our proxy names them", "127.0.0.1", "198.51.100.1", "loopback", "198.51.100.1", 1],
    ["they have named somebody themselves", "127.0.0.1", "203.0.113.9, 198.51.100.1", "loopback", "198.51.100.1", 1],
    ["they have named our proxy", "127.0.0.1", "127.0.0.1, 198.51.100.1", "loopback", "198.51.100.1", 1],
    ["two of ours stand before us", "127.0.0.1", "203.0.113.9, 198.51.100.1, 10.0.0.1", "loopback,10.0.0.0/8", "198.51.100.1", 2],
    ["by number of hops", "192.0.2.1", "203.0.113.9, 198.51.100.1", "1", "198.51.100.1", 1],
    ["there are fewer than hops", "192.0.2.1", "198.51.100.1", "5", "198.51.100.1", 1],
    ["they are here as well", "127.0.0.1", "127.0.0.1", "loopback", "127.0.0.1", 1],
    ["the port is named, too", "127.0.0.1", "198.51.100.1:4711", "loopback", "198.51.100.1", 1],
    ["the port is named, too, of IPv6", "127.0.0.1", "[2001:db8::1]:4711", "loopback", "2001:db8::1", 1],
    ["nothing is said", "127.0.0.1", " , ,", "loopback", "127.0.0.1", 0],
  ])("where %s", (_, peer, forwardedFor, text, address, hops) => {
    expect(callerBehind(peer, forwardedFor, trust(text))).toEqual({ address, hops });
  });
});

test("an IPv6 customer counts as one address, and an IPv4 address is the same however it is written", () => {
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe(networkOf("2001:0db8:1:2::9"));
  expect(networkOf("2001:db8:1:2::9")).not.toBe(networkOf("2001:db8:1:3::9"));
  expect(networkOf("::ffff:192.0.2.1")).toBe(networkOf("192.0.2.1"));
  expect(networkOf("::ffff:c000:201")).toBe("192.0.2.1");
  expect(["%eth0", "%br-lan", "%eth0.100"].map((zone) => networkOf(`fe80::1${zone}`))).toEqual(Array(3).fill(networkOf("fe80::2")));
  expect(networkOf("x".repeat(10_000)).length).toBeLessThanOrEqual(64);
});
