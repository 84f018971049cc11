import { cpSync, renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { account, usedDataFolder } from "../support/data-folder";
import { openStream, ready, reset, saying } from "../support/event-stream";

test("a folder that is copied back in place has clients load afresh; one that merely starts again does not", async () => {
  const home = usedDataFolder();
  const folder = join(home.path, "postgres");
  const say = async (url: string, content: string) => {
    const keeper = await account(url);
    const { id } = await keeper.post("/api/conversations", { username: "listener" });
    await keeper.post(`/api/conversations/${id}/messages`, { content });
  };

  let server = await home.start();
  const { token } = await account(server.url, "listener");
  const first = await openStream(server.url, { token });
  await first.first(ready);
  await say(server.url, "before the backup");
  const { id: from } = await first.first(saying("before the backup"));
  await server.stop();
  cpSync(folder, join(home.path, "backup"), { recursive: true, preserveTimestamps: true });

  server = await home.start();
  await say(server.url, "lost with the restore");
  const second = await openStream(server.url, { token, from });
  const { id: lost } = await second.first(saying("lost with the restore"));
  expect(second.events.some(reset)).toBe(false);
  await server.stop();
  renameSync(folder, join(home.path, "broken"));
  cpSync(join(home.path, "backup"), folder, { recursive: true, preserveTimestamps: true });

  server = await home.start();
  for (let i = 0; i < 10; i++) await say(server.url, `after the restore ${i}`);
  const third = await openStream(server.url, { token, from: lost });
  await third.first(reset);
});
