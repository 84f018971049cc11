import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { greet } from "@/lib/host/greeting";

beforeAll(() => void (process.env.DEV_LOGIN = "1"));

beforeEach(() => void vi.spyOn(console, "log").mockImplementation(() => {}));

afterEach(() => void vi.restoreAllMocks());

const warnings = () => vi.spyOn(console, "warn").mockImplementation(() => {});

test.each([undefined, "0.0.0.0", "::", "192.0.2.1"])(
  "a server that others reach at %s warns that it signs anybody in as anybody",
  (host) => {
    const said = warnings();
    greet(host, 3_000, "data");
    expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("DEV_LOGIN=1"));
  },
);

test.each(["127.0.0.1", "localhost", "::1"])("one that only this machine reaches, at %s, does not", (host) => {
  const said = warnings();
  greet(host, 3_000, "data");
  expect(said).not.toHaveBeenCalled();
});
