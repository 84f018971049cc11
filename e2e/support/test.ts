import { type BrowserContext, test as base, expect } from "@playwright/test";
import { startTcpProxy, type TcpProxy } from "@/tests/support/tcp-proxy";
import { type Cast, createCast, type Person } from "./cast";
import { type Parley, startParley } from "./parley";

export { expect };

type Options = {
  /** What a test makes the browser complain about, such as the connection that it cuts. */
  complaints: RegExp;
};

type Fixtures = {
  /** What browsers have complained about; anything unexpected fails the test. */
  complained: string[];
  cast: Cast;
  /** A bad network in front of the server, for those who come by its address. */
  badNetwork: () => Promise<TcpProxy>;
  ada: Person;
  grace: Person;
};

const NONE = /(?!)/;
/** What Chromium says of each request that found no server, and of each answer that is no success. */
export const FAILED_REQUESTS = /^Failed to load resource: /;

export const test = base.extend<Options & Fixtures, { parley: Parley }>({
  parley: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from its pattern
    async ({}, use) => {
      const parley = await startParley();
      await use(parley);
      await parley.stop();
    },
    { scope: "worker", timeout: 30_000 },
  ],
  baseURL: ({ parley }, use) => use(parley.url),
  complaints: [NONE, { option: true }],
  complained: [
    async ({ complaints, context }, use) => {
      const complained: string[] = [];
      listen(context, complained);
      await use(complained);
      expect(
        complained.filter((text) => !complaints.test(text)),
        "what the browser complained about",
      ).toEqual([]);
    },
    { auto: true },
  ],
  async cast({ parley, browser, complained }, use) {
    const cast = createCast(parley, browser, (context) => listen(context, complained));
    await use(cast);
    await cast.leave();
  },
  async badNetwork({ parley }, use) {
    const proxies: TcpProxy[] = [];
    await use(async () => {
      const proxy = await startTcpProxy(parley.port);
      proxies.push(proxy);
      return proxy;
    });
    for (const proxy of proxies) await proxy.stop();
  },
  ada: async ({ cast }, use) => use(await cast.person("Ada")),
  grace: async ({ cast }, use) => use(await cast.person("Grace")),
});

function listen(context: BrowserContext, complained: string[]): void {
  context.on("console", (line) => line.type() === "error" && complained.push(line.text()));
  context.on("weberror", (error) => complained.push(String(error.error().stack)));
}
