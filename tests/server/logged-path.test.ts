import { expect, test } from "vitest";
import { loggedPath } from "@/lib/server/http/logged-path";

test.each([
  ["/api/conversations?before=secret", "/api/conversations"],
  ["/join/sdkjf3948fjwlekfj39fj3", "/join/…"],
  ["/join/sdkjf3948fjwlekfj39fj3?x=1", "/join/…"],
  ["/api/invites/sdkjf3948fjwlekfj39fj3/join", "/api/invites/…/join"],
  ["/api/groups/0190a1b2/join", "/api/groups/0190a1b2/join"],
  [`/${"x".repeat(300)}`, `/${"x".repeat(255)}…`],
])("of %s the log holds %s", (path, logged) => {
  expect(loggedPath(path)).toBe(logged);
});
