import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { hashPassword } from "@/lib/server/auth/passwords";
import { signIn } from "@/lib/server/auth/sign-in";
import { createSession } from "@/lib/server/sessions";
import { sql } from "../support/database";
import { person } from "../support/person";

test("a password that is changed while it waits to be checked signs nobody in any more", async () => {
  const { id, username } = await person("wary");
  const [old, changed] = await Promise.all([hashPassword("the old password"), hashPassword("the new password")]);
  const setHash = (hash: string) => sql("UPDATE users SET password_hash = $2 WHERE id = $1", [id, hash]);
  await setHash(old);
  const device = { userAgent: null, address: "192.0.2.1" };
  const enter = async (password: string) => createSession(await signIn({ username, password }, device.address), device);
  await enter("the old password");
  const line = Promise.all(Array.from({ length: 20 }, () => hashPassword("somebody else's password")));
  const attempt = enter("the old password").catch((error) => error);
  await sleep(50);
  await setHash(changed);
  await line;
  expect(await attempt).toMatchObject({ status: 401 });
  await enter("the new password");
});
