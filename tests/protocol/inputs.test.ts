import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { ChangePlaceInput, ConversationsQuery, StartConversationInput } from "@/lib/protocol/conversations";
import { failureIn, sentenceOf } from "@/lib/protocol/errors/codes";
import {
  AddParticipantsInput,
  ChangeGroupInput,
  ChangeRoleInput,
  GroupsQuery,
  MakeGroupInput,
  MakeInviteInput,
  may,
  mayRemove,
  ParticipantsQuery,
} from "@/lib/protocol/groups";
import { MessageForm, ReadMessagesInput } from "@/lib/protocol/messages";
import type { Role } from "@/lib/protocol/quiet-lines";
import { safeReturnPath, withReturn } from "@/lib/protocol/return-path";
import {
  ChangePasswordInput,
  LoginInput,
  PASSWORD_RULES,
  Password,
  SignInForm,
  SignUpInput,
  UpdateUserInput,
  USERNAME_RULES,
  Username,
  UsernameSearch,
  UserSearch,
} from "@/lib/protocol/users";

/** The sentences for what is refused, each with its field; an empty list where all is taken. */
function refusals(schema: z.ZodType, input: unknown): string[] {
  const { error } = schema.safeParse(input);
  return error ? error.issues.map(({ path, message }) => [...path, sentenceOf(failureIn(message), "")].join(": ")) : [];
}

type Case = [schema: z.ZodType, input: unknown, sentence: string];
const wide = "🙂";
const ID = "0199C3A0-7000-7000-8000-00000000000A";

describe("What a person may choose as a name for themselves", () => {
  test.each<Case>([
    [Username, undefined, "Choose a username."],
    [Username, "ab", "A username has 3 to 32 characters."],
    [Username, "a".repeat(33), "A username has 3 to 32 characters."],
    [Username, "jo lee", "A username takes the letters a to z, digits, dots, dashes and underscores."],
    [Username, "jö_lee", "A username takes the letters a to z, digits, dots, dashes and underscores."],
    [Username, "jo/lee!", "A username takes the letters a to z, digits, dots, dashes and underscores."],
    [Password, undefined, "Choose a password."],
    [Password, "123456789", "A password has at least 10 characters."],
    [Password, wide.repeat(9), "A password has at least 10 characters."],
    [Password, wide.repeat(1_001), "A password has at most 1000 characters."],
    [SignUpInput, { username: "ann" }, "password: Choose a password."],
    [SignUpInput, { password: "a long password" }, "username: Choose a username."],
    [UpdateUserInput, { name: 7 }, "name: A display name is text."],
    [UpdateUserInput, { name: "Jo\nLee" }, "name: A display name is plain text."],
    [UpdateUserInput, { name: "Jo\ud83d" }, "name: A display name is plain text."],
    [UpdateUserInput, { name: wide.repeat(65) }, "name: A display name has at most 64 characters."],
    [ChangePasswordInput, { newPassword: "short" }, "newPassword: A password has at least 10 characters."],
    [ChangePasswordInput, { currentPassword: 1, newPassword: "a long password" }, "currentPassword: Enter your current password."],
  ])("%#: what is refused is so with the sentence that says why", (schema, input, sentence) => {
    expect(refusals(schema, input)).toEqual([sentence]);
  });

  test("is taken up to its bounds, less the space around it", () => {
    for (const name of ["abc", "a".repeat(32), " Jo_Lee-2.x "]) expect(Username.parse(name)).toBe(name.trim());
    for (const password of ["1234567890", " 123456789", wide.repeat(10), wide.repeat(1_000)])
      expect(Password.parse(password)).toBe(password);
    expect(UpdateUserInput.parse({ name: ` ${wide.repeat(64)} ` }).name).toBe(wide.repeat(64));
    expect(UpdateUserInput.parse({ name: "  " })).toEqual({ name: null });
    expect(ChangePasswordInput.parse({ newPassword: "a long password" })).toEqual({ newPassword: "a long password" });
  });

  test("is told rule by rule while it is typed", () => {
    const holding = (rules: typeof USERNAME_RULES, value: string) => rules.filter(({ holds }) => holds(value)).map(({ says }) => says);
    const [length, letters] = ["3 to 32 characters", "Only the letters a to z, digits, dots, dashes and underscores"];
    expect(holding(USERNAME_RULES, " ann ")).toEqual([length, letters]);
    expect(holding(USERNAME_RULES, "an")).toEqual([letters]);
    expect(holding(USERNAME_RULES, "jo lee")).toEqual([length]);
    expect(holding(PASSWORD_RULES, "1234567890")).toEqual(["At least 10 characters"]);
    expect(holding(PASSWORD_RULES, "123456789")).toEqual([]);
  });
});

describe("What a person signs in and searches with", () => {
  test.each<Case>([
    [LoginInput, {}, "username: Enter your username."],
    [LoginInput, { username: "  " }, "username: Enter your username."],
    [LoginInput, { username: "a".repeat(101) }, "username: No username is that long."],
    [LoginInput, { username: "ann", password: 1 }, "password: Enter your password."],
    [LoginInput, { username: "ann", password: "a".repeat(2_001) }, "password: No password is that long."],
    [SignInForm, { username: "ann", password: "" }, "password: Enter your password."],
    [UsernameSearch, {}, "search: Type the beginning of a username."],
    [UsernameSearch, { search: " " }, "search: Type the beginning of a username."],
    [UsernameSearch, { search: "a".repeat(33) }, "search: No username is that long."],
    [UserSearch, {}, "search: Type a name or a username."],
    [UserSearch, { search: " " }, "search: Type a name or a username."],
    [UserSearch, { search: wide.repeat(65) }, "search: No name is that long."],
    [UserSearch, { search: "a\u0000" }, "search: A name takes no NUL characters and no broken surrogates."],
    [StartConversationInput, {}, "username: Whom do you want to talk to?"],
    [StartConversationInput, { username: " " }, "username: Whom do you want to talk to?"],
  ])("%#: what is refused is so with the sentence that says why", (schema, input, sentence) => {
    expect(refusals(schema, input)).toContain(sentence);
  });

  test("is taken less the space around it, and a password to the letter", () => {
    expect(LoginInput.parse({ username: " ann ", password: " x " })).toEqual({ username: "ann", password: " x " });
    expect(LoginInput.parse({ username: "a".repeat(100) })).toEqual({ username: "a".repeat(100) });
    expect(refusals(LoginInput, { username: "ann", password: "a".repeat(2_000) })).toEqual([]);
    expect(SignInForm.parse({ username: "ann", password: "x", to: "/c/1" })).toEqual({ username: "ann", password: "x", to: "/c/1" });
    expect(UsernameSearch.parse({ search: ` ${"a".repeat(32)} ` }).search).toBe("a".repeat(32));
    expect(UserSearch.parse({ search: ` ${wide.repeat(64)} ` }).search).toBe(wide.repeat(64));
    expect(StartConversationInput.parse({ username: " ann " })).toEqual({ username: "ann" });
  });
});

describe("What a person may make of a group", () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `person${i}`);

  test.each<Case>([
    [MakeGroupInput, {}, "name: Give the group a name."],
    [MakeGroupInput, { name: " " }, "name: Give the group a name."],
    [MakeGroupInput, { name: wide.repeat(101) }, "name: A name has at most 100 characters."],
    [MakeGroupInput, { name: "x".repeat(201) }, "name: A name has at most 100 characters."],
    [MakeGroupInput, { name: "a\nb" }, "name: A name is plain text."],
    [MakeGroupInput, { name: "a\ud83d" }, "name: A name is plain text."],
    [MakeGroupInput, { name: "us", description: 7 }, "description: A description is text."],
    [MakeGroupInput, { name: "us", description: wide.repeat(501) }, "description: A description has at most 500 characters."],
    [
      MakeGroupInput,
      { name: "us", description: "a\u0000" },
      "description: A description takes no NUL characters and no broken surrogates.",
    ],
    [MakeGroupInput, { name: "us", usernames: "ann" }, "usernames: Whom do you want to add?"],
    [MakeGroupInput, { name: "us", usernames: [7] }, "usernames: 0: A username is text."],
    [MakeGroupInput, { name: "us", usernames: [" "] }, "usernames: 0: A username is blank."],
    [MakeGroupInput, { name: "us", usernames: ["a".repeat(101)] }, "usernames: 0: No username is that long."],
    [MakeGroupInput, { name: "us", usernames: many(101) }, "usernames: At most 100 people are added at once."],
    [MakeGroupInput, { name: "us", access: "secret" }, "access: A group is private or open."],
    [MakeGroupInput, { name: "us", history: "some" }, "history: What newcomers see is all or joining."],
    [MakeGroupInput, { name: "us", clientId: "1" }, "clientId: A client id is a UUID."],
    [ChangeGroupInput, { everybody: false }, "everybody: `everybody` is true."],
    [GroupsQuery, { search: "x".repeat(201) }, "search: No name is that long."],
    [ParticipantsQuery, { search: "a\u0000" }, "search: A name takes no NUL characters and no broken surrogates."],
    [AddParticipantsInput, { usernames: [] }, "usernames: Whom do you want to add?"],
    [MakeInviteInput, { expiresIn: "60" }, "expiresIn: `expiresIn` is a number of seconds."],
    [MakeInviteInput, { expiresIn: 59 }, "expiresIn: A link lasts a minute or longer."],
    [MakeInviteInput, { expiresIn: 366 * 86_400 + 1 }, "expiresIn: A link lasts at most a year."],
    [MakeInviteInput, { uses: "1" }, "uses: `uses` is a number."],
    [MakeInviteInput, { uses: 0 }, "uses: A link is good for one person at least."],
    [MakeInviteInput, { uses: 1_000_001 }, "uses: No group is that large."],
  ])("%#: what is refused is so with the sentence that says why", (schema, input, sentence) => {
    expect(refusals(schema, input)).toContain(sentence);
  });

  test("has what is not said as it mostly is", () => {
    expect(MakeGroupInput.parse({ name: " us " })).toEqual({
      name: "us",
      description: "",
      usernames: [],
      access: "private",
      history: "all",
    });
    expect(MakeGroupInput.parse({ name: "us", clientId: ID }).clientId).toBe(ID.toLowerCase());
    expect(ChangeGroupInput.parse({})).toEqual({});
    expect(ChangeGroupInput.parse({ permissions: { add: "administrators" } })).toEqual({ permissions: { add: "administrators" } });
    expect(GroupsQuery.parse({})).toEqual({ limit: 25, search: "" });
    expect(ParticipantsQuery.parse({ search: " jo " }).search).toBe("jo");
    expect(MakeInviteInput.parse({})).toEqual({});
  });

  test("is taken up to its bounds", () => {
    const most = {
      name: wide.repeat(100),
      description: ` ${wide.repeat(500)} `,
      usernames: [...many(99), " ann "],
      access: "open",
      history: "joining",
    };
    expect(MakeGroupInput.parse(most)).toEqual({ ...most, description: wide.repeat(500), usernames: [...many(99), "ann"] });
    for (const expiresIn of [60, 366 * 86_400]) expect(MakeInviteInput.parse({ expiresIn })).toEqual({ expiresIn });
    expect(MakeInviteInput.parse({ uses: 1, clientId: ID })).toEqual({ uses: 1, clientId: ID.toLowerCase() });
    for (const role of ["owner", "administrator", "participant"]) expect(ChangeRoleInput.parse({ role })).toEqual({ role });
    expect(refusals(ChangeRoleInput, { role: "king" })).toHaveLength(1);
    for (const input of [{ expiresIn: 60.5 }, { uses: 1.5 }]) expect(refusals(MakeInviteInput, input)).toHaveLength(1);
  });
});

describe("What a person sets for themselves in a conversation", () => {
  test.each<Case>([
    [ChangePlaceInput, { muted: "later" }, "muted: A conversation is muted no, always, or until a time."],
    [ChangePlaceInput, { notify: "all" }, "notify: What is told of is everything, mentions or nothing."],
    [ChangePlaceInput, { pinned: "1" }, "pinned: `pinned` is a number or null."],
    [ChangePlaceInput, { pinned: 1.5 }, "pinned: `pinned` is a whole number."],
    [ChangePlaceInput, { pinned: -2_147_483_649 }, "pinned: `pinned` is too small."],
    [ChangePlaceInput, { pinned: 2_147_483_648 }, "pinned: `pinned` is too large."],
    [ChangePlaceInput, { archived: "yes" }, "archived: `archived` is true or false."],
    [ChangePlaceInput, { unreadFrom: 1 }, "unreadFrom: `unreadFrom` is the id of a message."],
    [ChangePlaceInput, { deletedUpTo: 1 }, "deletedUpTo: `deletedUpTo` is the id of a message."],
    [ReadMessagesInput, { upTo: 1 }, "upTo: `upTo` is the id of a message."],
    [ConversationsQuery, { unread: "so" }, "unread: `unread` is true or false."],
    [ConversationsQuery, { archived: "so" }, "archived: `archived` is true or false."],
    [ConversationsQuery, { pinned: "so" }, "pinned: `pinned` is true or false."],
    [ConversationsQuery, { unread: "true", before: "m" }, "unread: Ask for `before` or `unread`, not for both."],
    [ConversationsQuery, { pinned: "true", before: "m" }, "pinned: Ask for `pinned`, `archived` or `unread`, not for several of them."],
    [ConversationsQuery, { pinned: "true", unread: "true" }, "pinned: Ask for `pinned`, `archived` or `unread`, not for several of them."],
    [
      ConversationsQuery,
      { pinned: "true", archived: "true" },
      "pinned: Ask for `pinned`, `archived` or `unread`, not for several of them.",
    ],
    [
      ConversationsQuery,
      { unread: "true", archived: "true" },
      "pinned: Ask for `pinned`, `archived` or `unread`, not for several of them.",
    ],
    [MessageForm, {}, "content: Write a message."],
    [MessageForm, { content: "hello", clientId: "1" }, "clientId: A client id is a UUID."],
  ])("%#: what is refused is so with the sentence that says why", (schema, input, sentence) => {
    expect(refusals(schema, input)).toContain(sentence);
  });

  test("is taken as it is meant", () => {
    for (const muted of ["no", "always", "2026-11-21T12:00:00.000Z", "2026-11-21T12:00:00+01:00"]) {
      expect(ChangePlaceInput.parse({ muted })).toEqual({ muted });
    }
    for (const pinned of [null, 0, -2_147_483_648, 2_147_483_647]) expect(ChangePlaceInput.parse({ pinned })).toEqual({ pinned });
    expect(ChangePlaceInput.parse({})).toEqual({});
    expect(ReadMessagesInput.parse({})).toEqual({});
    expect(ConversationsQuery.parse({ archived: "true", before: "m" })).toEqual({ archived: true, before: "m", limit: 25 });
    expect(ConversationsQuery.parse({ unread: "true", pinned: "false" })).toEqual({ unread: true, pinned: false, limit: 25 });
    expect(ConversationsQuery.parse({ unread: "false", before: "m" })).toEqual({ unread: false, before: "m", limit: 25 });
    const form = { content: " a\r\nb\rc\n ", clientId: ID };
    expect(MessageForm.parse(form)).toEqual({ content: "a\nb\nc", clientId: ID.toLowerCase() });
  });
});

describe("Who may do what in a group", () => {
  const ROLES: Role[] = ["owner", "administrator", "participant"];
  const ACTIONS = ["add", "write", "pin", "change", "settings", "history", "remove", "roles"] as const;
  const groupFor = (who: "everyone" | "administrators") => ({ permissions: { add: who, write: who, pin: who, change: who } });
  const allowed = (role: Role | null, who: "everyone" | "administrators") => ACTIONS.filter((action) => may(role, groupFor(who), action));

  test("is what its settings leave to them", () => {
    for (const who of ["everyone", "administrators"] as const) {
      expect(allowed("owner", who)).toEqual(ACTIONS);
      expect(allowed("administrator", who)).toEqual(["add", "write", "pin", "change", "settings", "remove"]);
      expect(allowed(null, who)).toEqual([]);
    }
    expect(allowed("participant", "everyone")).toEqual(["add", "write", "pin", "change"]);
    expect(allowed("participant", "administrators")).toEqual([]);
    const writing = { permissions: { ...groupFor("administrators").permissions, write: "everyone" as const } };
    expect(ACTIONS.filter((action) => may("participant", writing, action))).toEqual(["write"]);
  });

  test("in a direct conversation is to write and to pin", () => {
    expect(ACTIONS.filter((action) => may(null, null, action))).toEqual(["write", "pin"]);
  });

  test("is to take out everybody as an owner, and participants as an administrator", () => {
    const removable = (role: Role) => ROLES.filter((other) => mayRemove(role, other));
    expect(ROLES.map(removable)).toEqual([ROLES, ["participant"], []]);
  });
});

test("A page that leads on to another one names it, and the one that it leads to anyway it does not", () => {
  expect(withReturn("/sign-in", "/")).toBe("/sign-in");
  expect(withReturn("/sign-up", "/c/1?x=2")).toBe("/sign-up?callbackUrl=%2Fc%2F1%3Fx%3D2");
  expect(safeReturnPath("/c/1?x=2#y")).toBe("/c/1?x=2");
  expect(safeReturnPath(undefined)).toBe("/");
});
