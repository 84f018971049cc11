import { describe, expect, test } from "vitest";
import { EVENT_NAMES, eventData, parseEvent, type StreamEvent } from "@/lib/protocol/events";
import type { Group } from "@/lib/protocol/groups";

const user = { id: "ann", username: "ann", name: null, avatarURL: null };
const message = { id: "m", conversationId: "c", seq: 1, content: "hello", createdAt: "now", mine: false, sender: user };

const group = {
  id: "c",
  name: "The team",
  description: "",
  avatarURL: null,
  access: "private",
  history: "all",
  permissions: { add: "everyone", write: "everyone", pin: "everyone", change: "administrators" },
  participantCount: 3,
  everybody: false,
  version: 1,
} satisfies Group;

const EVENTS: StreamEvent[] = [
  { type: "message", message },
  { type: "sent", message: { ...message, mine: true, clientId: "1" } },
  { type: "read", conversationId: "c", userId: "ann", seq: 1 },
  { type: "user", user },
  { type: "conversation", group },
  { type: "place", conversationId: "c", conversation: null },
  { type: "presence", online: ["ann"], offline: [], complete: true },
  { type: "ready" },
  { type: "reset" },
  { type: "signed_out" },
];

test.each(EVENTS.map((event) => [event.type, event] as const))("“%s” comes out of the wire as it went in", (type, event) => {
  const onTheWire = JSON.parse(JSON.stringify(eventData(event)));
  expect(parseEvent(EVENT_NAMES[type] ?? undefined, onTheWire)).toEqual(event);
});

test("There is a name for each type, and the unnamed one is the message of the contract", () => {
  expect(Object.keys(EVENT_NAMES)).toEqual(EVENTS.map(({ type }) => type));
  expect(Object.entries(EVENT_NAMES).filter(([type, name]) => type !== name)).toEqual([["message", null]]);
  expect(eventData({ type: "message", message })).toBe(message);
});

test.each([
  ["poke", {}],
  ["constructor", {}],
  ["poke", { type: "message", message }],
])("What this version does not know is passed over: “%s” %j", (name, data) => {
  expect(parseEvent(name, data)).toBeNull();
});

describe("What is of no known shape is refused", () => {
  test.each([
    ["message", { ...message, seq: "1" }],
    [undefined, {}],
    ["read", { conversationId: "c" }],
    ["presence", { online: "ann", offline: [], complete: true }],
    ["user", { user: { ...user, name: 7 } }],
    ["conversation", { group: { ...group, access: "secret" } }],
    ["place", { conversationId: "c" }],
  ])("%s %j", (name, data) => {
    expect(() => parseEvent(name, data)).toThrow();
  });
});
