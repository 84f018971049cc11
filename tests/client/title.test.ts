import { expect, test } from "vitest";
import { unreadTotal } from "@/lib/client/state";
import { titleWithUnread } from "@/lib/client/title";
import { ModelServer } from "./support/model-server";
import { Page } from "./support/page";

test("The title says how much is unread, once, and no more than it can hold", () => {
  expect(titleWithUnread("Parley", 0)).toBe("Parley");
  expect(titleWithUnread("Parley", 3)).toBe("(3) Parley");
  expect(titleWithUnread("(3) Parley", 4)).toBe("(4) Parley");
  expect(titleWithUnread("(4) Parley", 100)).toBe("(99+) Parley");
  expect(titleWithUnread("(99+) Parley", 0)).toBe("Parley");
});

test("What is unread in all conversations adds up", () => {
  const server = new ModelServer("me", "ann", "bob");
  for (const other of ["ann", "bob", "bob"]) server.send(server.start("me", other), other, "hello");
  expect(unreadTotal(new Page(server, "me").state)).toBe(3);
});
