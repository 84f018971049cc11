import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import * as conversations from "@/lib/protocol/conversations";
import { ERRORS, failureIn } from "@/lib/protocol/errors/codes";
import * as groups from "@/lib/protocol/groups";
import * as messages from "@/lib/protocol/messages";
import * as users from "@/lib/protocol/users";

const textOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path) && !path.startsWith("protocol/errors/"))
    .map((path) => readFileSync(join(folder, path), "utf8"))
    .join("\n");

const ROUTES = textOf("app/api");
const SOURCES = [ROUTES, textOf("lib"), textOf("components"), readFileSync("proxy.ts", "utf8")].join("\n");

test("every code of an error is used", () => {
  // What `failureIn` falls back to stands beside it.
  const unused = Object.keys(ERRORS).filter((code) => code !== "invalid" && !SOURCES.includes(`"${code}"`));
  expect(unused).toEqual([]);
});

const SCHEMAS: Record<string, unknown> = { ...conversations, ...groups, ...messages, ...users };
const namesOf = (kind: string) => [...ROUTES.matchAll(new RegExp(`\\b(?:${kind}): (\\w+)`, "g"))].map(([, name]) => name ?? "");

/** What a query and a form hold is text; a body holds anything. */
const TEXTS = ["", " ", "x", "-1", "1.5", "1e9", "\u0000", "\ud800", "a\nb", "x".repeat(10_000), "true", "no"];
const ANYTHING = [...TEXTS, null, true, false, -1, 0, 1.5, 1e12, {}, [], ["", 5, "x".repeat(200)], Array(200).fill("x"), { add: "nobody" }];

/** Codes of what is said of a value in each field, with each of the others in its place. */
function codesOf(schema: z.ZodType, fields: readonly string[], values: readonly unknown[]): string[] {
  const inputs = values.flatMap((value) => [
    Object.fromEntries(fields.map((field) => [field, value])),
    ...fields.map((field) => ({ [field]: value })),
  ]);
  const issues = [{}, ...inputs].flatMap((input) => schema.safeParse(input).error?.issues ?? []);
  return issues.map(({ message }) => failureIn(message).code);
}

test.each([...namesOf("body").map((name) => [name, ANYTHING] as const), ...namesOf("query|shape").map((name) => [name, TEXTS] as const)])(
  "%s has a code for whatever it refuses",
  (name, values) => {
    const schema = z.instanceof(z.ZodObject).parse(SCHEMAS[name]);
    expect(codesOf(schema, Object.keys(schema.shape), values)).not.toContain("invalid");
  },
);
