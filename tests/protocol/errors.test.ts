import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { z } from "zod";
import { ANSWERS } from "@/lib/protocol/errors/answers";
import { explanationIn, fieldsBody, messageBody } from "@/lib/protocol/errors/body";
import { ERRORS, type ErrorCode, fails, failureIn, type Params, reason, sentenceOf } from "@/lib/protocol/errors/codes";
import type { Entry, Registry } from "@/lib/protocol/errors/entry";
import { FIELDS } from "@/lib/protocol/errors/fields";
import { OWN } from "@/lib/protocol/errors/own";
import { NOTICES } from "@/lib/protocol/notices";

type WithParams = { [C in ErrorCode]: Record<string, never> extends Params<C> ? never : C }[ErrorCode];

/** Parameters of every code that has some, as docs/errors.md shows them. */
const EXAMPLES: { [C in WithParams]: Params<C> } = {
  identity_needs_recent_sign_in: { minutes: 10 },
  group_full: { max: 10_000 },
  invites_full: { max: 50 },
  wrong_media_type: { type: "application/json" },
  too_many_requests: { retryAfter: 12 },
  too_many_tries: { retryAfter: 120 },
  too_many_sign_ins: { retryAfter: 5 },
  too_many_connections: { retryAfter: 30 },
  too_many_streams: { retryAfter: 30 },
  server_busy: { retryAfter: 2 },
  server_restarting: { retryAfter: 2 },
  uploads_busy: { retryAfter: 5 },
  streams_busy: { retryAfter: 5 },
  database_unreachable: { retryAfter: 2 },
  not_boolean: { field: "archived" },
  not_true: { field: "everybody" },
  not_object: { field: "permissions" },
  not_number: { field: "limit" },
  not_number_or_null: { field: "pinned" },
  not_seconds: { field: "expiresIn" },
  not_integer: { field: "limit" },
  number_too_small: { field: "pinned" },
  number_too_large: { field: "pinned" },
  out_of_range: { field: "limit", min: 1, max: 100 },
  not_message_id: { field: "upTo" },
  one_of_two: { fields: ["before", "unread"] },
  one_of_several: { fields: ["before", "after", "around"] },
  username_length: { min: 3, max: 32 },
  password_too_short: { min: 10 },
  password_too_long: { max: 1_000 },
  password_needs_recent_sign_in: { minutes: 10 },
  display_name_too_long: { max: 64 },
  picture_too_many_pixels: { max: 50_000_000 },
  message_too_long: { max: 4_000 },
  pins_full: { max: 100 },
  group_name_too_long: { max: 100 },
  description_too_long: { max: 500 },
  people_too_many: { max: 100 },
  usernames_unknown: { usernames: ["jane", "joe"] },
  unexplained: { status: 418 },
  file_too_large: { max: 5 * 1024 * 1024 },
};

const NOTICE_EXAMPLE = { issuer: "GitHub", name: "ada" };

/** What a parameter is, as a person reads it. */
function typeOf(schema: z.core.$ZodType): string {
  const { def } = schema as z.ZodType & { def: { innerType?: z.core.$ZodType; element?: z.core.$ZodType } };
  if (def.innerType) return typeOf(def.innerType);
  return def.element ? `${typeOf(def.element)}[]` : def.type;
}

function statusOf(entry: Entry & { status?: number }): string[] {
  return entry.status ? [String(entry.status)] : [];
}

function cellsOf(code: string, entry: Entry, example: Record<string, unknown>): string[] {
  const { params, sentence } = entry;
  const types = Object.entries(params.shape).map(([name, schema]) => `\`${name}\`: ${typeOf(schema)}`);
  return [`\`${code}\``, ...statusOf(entry), types.join(", "), sentence(example)];
}

/** A table of Markdown, as the formatter leaves it. */
function tableOf(title: string, registry: Registry, exampleOf: (code: string) => Record<string, unknown>): string {
  const entries = Object.entries(registry);
  const head = ["code", ...(entries.some(([, entry]) => statusOf(entry).length > 0) ? ["status"] : []), "parameters", "sentence"];
  const rows = [head, ...entries.map(([code, entry]) => cellsOf(code, entry, exampleOf(code)))];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lineOf = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [first = "", ...rest] = rows.map(lineOf);
  return [`## ${title}`, "", first, lineOf(widths.map((width) => "-".repeat(width))), ...rest, ""].join("\n");
}

test("docs/errors.md lists every code with its parameters and its sentence", async () => {
  const docs = new URL("../../docs/errors.md", import.meta.url);
  const [introduction = ""] = readFileSync(docs, "utf8").split("## ");
  const exampleOf = (code: string) => EXAMPLES[code as WithParams] ?? {};
  const tables = [
    tableOf("What refuses a request", ANSWERS, exampleOf),
    tableOf("What is wrong with a field (422)", FIELDS, exampleOf),
    tableOf("What a client says by itself", OWN, exampleOf),
    tableOf("Notices", NOTICES, () => NOTICE_EXAMPLE),
  ];
  await expect(introduction + tables.join("\n")).toMatchFileSnapshot(docs.pathname);
});

test("a code says one thing, wherever it is used", () => {
  expect(Object.keys(ERRORS)).toHaveLength([ANSWERS, FIELDS, OWN].flatMap((registry) => Object.keys(registry)).length);
});

test.each(Object.keys(ERRORS))("%s says something to a person, and nothing where a parameter is missing", (code) => {
  const example = EXAMPLES[code as WithParams] ?? {};
  expect(sentenceOf({ code, params: example }, "?")).toMatch(/^[A-Z`].*[^.]\.?$/);
  expect(sentenceOf({ code, params: { ...example, ofALaterVersion: true } }, "?")).not.toBe("?");
  for (const missing of Object.keys(example)) {
    expect(sentenceOf({ code, params: { ...example, [missing]: undefined } }, "As said.")).toBe("As said.");
  }
});

test("a rule of a schema carries its reason through zod, and one without a reason is invalid", () => {
  expect(failureIn(fails("message_too_long", { max: 4_000 }))).toEqual({ code: "message_too_long", params: { max: 4_000 } });
  expect(failureIn("Invalid input: expected string")).toEqual({ code: "invalid", params: {} });
  expect(failureIn("[1]")).toEqual({ code: "invalid", params: {} });
});

test("what a server writes into a body is what a client reads out of it", () => {
  const refused = reason("group_full", { max: 10_000 });
  expect(explanationIn(messageBody(refused))).toEqual({ message: "A group has at most 10,000 people.", reason: refused, fields: {} });
  const required = reason("username_required");
  expect(explanationIn(fieldsBody({ username: required, password: reason("password_too_short", { min: 10 }) }))).toEqual({
    message: "Choose a username.",
    reason: required,
    fields: { username: "Choose a username.", password: "A password has at least 10 characters." },
  });
});

test.each([
  ["a server of the version before", {}, null],
  ["one that says a code in a way of its own", { code: 429 }, null],
  ["a server of a later version, with a code of its own", { code: "of_a_later_version", params: {} }],
  ["one that knows a code by another parameter", { code: "group_full", params: { most: 7 } }],
  ["one whose code is the name of something else here", { code: "toString", params: {} }],
])("the sentence stays as it came from %s", (_, beside, why: object | null = beside) => {
  expect(explanationIn({ message: "Slow down.", ...beside })).toEqual({ message: "Slow down.", reason: why, fields: {} });
});

test("so do the sentences of fields", () => {
  const errors = { content: "Write a message.", clientId: "Not that." };
  const fields = { message: "Write a message.", fields: errors };
  expect(explanationIn({ errors })).toEqual({ ...fields, reason: null });
  const known = reason("message_required");
  expect(explanationIn({ errors, codes: { content: known, clientId: { code: "of_a_later_version", params: {} } } })).toEqual({
    ...fields,
    reason: known,
  });
  expect(explanationIn({ errors, codes: { content: "odd" } })).toEqual({ ...fields, reason: null });
  expect(explanationIn({ errors, codes: 7 })).toEqual({ ...fields, reason: null });
});

test.each([null, undefined, "<html>", {}, { errors: {} }, { errors: 7 }, { message: 7 }])("%j is no error of ours", (body) => {
  expect(explanationIn(body)).toBeNull();
});
