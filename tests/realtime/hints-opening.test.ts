import { expect, test } from "vitest";
import { Hints } from "@/lib/server/realtime/hints";
import { database } from "../support/database";
import { deaf } from "../support/hints";
import { startTcpProxy } from "../support/tcp-proxy";

test("a server that stops while it is opening its channel to the others leaves no connection", async () => {
  const proxy = await startTcpProxy(Number(new URL(database()).port));
  process.env.DATABASE_DIRECT_URL = Object.assign(new URL(database()), { port: String(proxy.port) }).href;
  proxy.blackHole();
  const hints = new Hints(deaf);
  await expect.poll(proxy.standing).toBe(2);
  await hints.stop();
  proxy.heal();
  await expect.poll(proxy.standing).toBe(0);
  expect(proxy.connections()).toBe(1);
  await proxy.stop();
});
