import { describe, expect, test, vi } from "vitest";
import { createApi } from "@/lib/client/api";
import { ApiError } from "@/lib/client/request";
import { Conversation } from "@/lib/protocol/conversations";

function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const send = vi.fn(
    async (_url: string, _init?: RequestInit) => new Response(body === null ? null : JSON.stringify(body), { status, headers }),
  );
  const onUnauthorized = vi.fn();
  return { api: createApi({ userId: "me", fetch: send as unknown as typeof fetch, onUnauthorized }), send, onUnauthorized };
}

const failure = (promise: Promise<unknown>): Promise<ApiError> =>
  promise.then(
    () => expect.unreachable(),
    (error) => error,
  );

describe("A failed request tells", () => {
  test("the server's sentence for each field", async () => {
    const { api } = answering(422, { errors: { content: "Write a message." } });
    const error = await failure(api.sendMessage("c", { content: "", clientId: "1" }));
    expect(error).toMatchObject({ status: 422, fields: { content: "Write a message." }, message: "Write a message.", transient: false });
  });

  test("the server's one sentence, and when to try again", async () => {
    const { api } = answering(429, { message: "Slow down." }, { "retry-after": "7" });
    expect(await failure(api.authUser())).toMatchObject({ status: 429, message: "Slow down.", retryAfter: 7_000, transient: true });
  });

  test("why, as a code with parameters, where the server says it", async () => {
    const why = { code: "group_full", params: { max: 10_000 } };
    const { api } = answering(409, { message: "A group has at most 10,000 people.", ...why });
    expect((await failure(api.authUser())).reason).toEqual(why);
    const before = answering(409, { message: "A group has at most 10,000 people." });
    expect((await failure(before.api.authUser())).reason).toBeNull();
  });

  test("what a server of a later version says in a code that is not known here", async () => {
    const { api } = answering(403, { message: "Only on Sundays.", code: "only_on_sundays", params: { day: 0 } });
    expect(await failure(api.authUser())).toMatchObject({ message: "Only on Sundays.", reason: { code: "only_on_sundays" } });
  });

  test("that there is no connection, where no answer came", async () => {
    const api = createApi({ userId: "me", fetch: () => Promise.reject(new TypeError("fetch failed")) });
    expect(await failure(api.authUser())).toMatchObject({ status: 0, message: "There is no connection to the server.", transient: true });
  });

  test("that a proxy's page or an unknown shape is no answer", async () => {
    const page = createApi({ userId: "me", fetch: async () => new Response("<html>", { status: 502 }) });
    expect(await failure(page.authUser())).toMatchObject({ status: 502, transient: true });
    const { api } = answering(200, { id: 7 });
    expect(await failure(api.authUser())).toMatchObject({ status: 502, message: "The server gave an answer of an unknown shape." });
  });
});

test.each([
  [0, true],
  [400, false],
  [404, false],
  [408, true],
  [409, false],
  [429, true],
  [499, false],
  [500, true],
  [503, true],
])("A failure of %i may be over later: %s", (status, transient) => {
  expect(new ApiError(status, { message: "No." }).transient).toBe(transient);
});

test("Signed out is told to who asked to know", async () => {
  const { api, onUnauthorized } = answering(401, { message: "Sign in to go on." });
  await failure(api.authUser());
  expect(onUnauthorized).toHaveBeenCalledOnce();
});

test("A request that its caller gives up ends as aborted, and not as a failure to show", async () => {
  const abort = new AbortController();
  const never = (_url: unknown, init?: RequestInit) =>
    new Promise<Response>((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
  const api = createApi({ userId: "me", fetch: never as typeof fetch });
  const search = failure(api.users("jo", abort.signal));
  abort.abort();
  expect((await search).name).toBe("AbortError");
});

test("Every request names the user whom it is made for, and what is asked is encoded", async () => {
  const { api, send } = answering(200, []);
  await api.users("a&b");
  const [url, init] = send.mock.calls[0] ?? [];
  expect(url).toBe("/api/users?search=a%26b");
  expect(init?.headers).toMatchObject({ "parley-user": "me" });
});

const ME = { id: "me", username: "me", name: null, avatarURL: null };
const MESSAGE = { id: "m", conversationId: "c", seq: 1, content: "hello", createdAt: "", mine: true, sender: ME };
const ROW = Conversation.parse({
  id: "c",
  kind: "direct",
  otherParticipant: ME,
  lastMessage: MESSAGE,
  hasUnreadMessages: false,
  unreadCount: 0,
  readSeq: 1,
  otherReadSeq: 0,
});

describe("What is asked of the server", () => {
  type Ask = (api: ReturnType<typeof createApi>) => Promise<unknown>;
  test.each<[string, Ask, unknown, unknown]>([
    ["GET /api/auth_user", (api) => api.authUser(), undefined, ME],
    ["GET /api/conversations", (api) => api.conversations(), undefined, [ROW]],
    ["GET /api/conversations?limit=5&before=c", (api) => api.conversations({ limit: 5, before: "c" }), undefined, [ROW]],
    ["GET /api/conversations/c", (api) => api.conversation("c"), undefined, ROW],
    ["POST /api/conversations", (api) => api.startConversation("ann"), { username: "ann" }, ROW],
    ["GET /api/conversations/c/messages", (api) => api.messages("c"), undefined, [MESSAGE]],
    ["GET /api/conversations/c/messages?after=m", (api) => api.messages("c", { after: "m", before: undefined }), undefined, [MESSAGE]],
    [
      "POST /api/conversations/c/messages",
      (api) => api.sendMessage("c", { content: "hello", clientId: "1" }),
      { content: "hello", clientId: "1" },
      MESSAGE,
    ],
  ])("%s", async (line, ask, body, answer) => {
    const { api, send } = answering(200, answer);
    expect(await ask(api)).toEqual(answer);
    const [url, init] = send.mock.calls[0] ?? [];
    expect(`${init?.method} ${url}`).toBe(line);
    expect(init?.body).toBe(body === undefined ? undefined : JSON.stringify(body));
    expect(init).toMatchObject({ credentials: "same-origin", cache: "no-store" });
    expect(init?.headers).toEqual({
      accept: "application/json",
      "parley-user": "me",
      ...((body === undefined ? {} : { "content-type": "application/json" }) as object),
    });
  });

  test("POST /api/conversations/c/read_messages, which has no answer", async () => {
    const { api, send } = answering(204, null);
    await api.markRead("c", "m");
    expect(send.mock.calls[0]?.[0]).toBe("/api/conversations/c/read_messages");
    expect(send.mock.calls[0]?.[1]).toMatchObject({ method: "POST", body: '{"upTo":"m"}' });
  });
});

describe("A failure that says little", () => {
  test("is told by its number, and is no refusal of any field", async () => {
    const { api } = answering(418, null);
    expect(await failure(api.authUser())).toMatchObject({
      name: "ApiError",
      status: 418,
      message: "The server answered with 418.",
      fields: {},
      retryAfter: null,
      transient: false,
    });
  });

  test("in the middle of its answer counts as none", async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("cut")) });
    const api = createApi({ userId: "me", fetch: async () => new Response(body) });
    expect(await failure(api.authUser())).toMatchObject({ status: 502, transient: true, cause: expect.anything() });
  });

  test("keeps what went wrong for whoever looks", async () => {
    const cause = new TypeError("fetch failed");
    const api = createApi({ userId: "me", fetch: () => Promise.reject(cause) });
    expect((await failure(api.authUser())).cause).toBe(cause);
  });

  test("of a session that nobody asked to know of is a failure all the same", async () => {
    const api = createApi({ userId: "me", fetch: async () => new Response("{}", { status: 401 }) });
    expect(await failure(api.authUser())).toMatchObject({ status: 401 });
  });
});

describe("When to try again", () => {
  test.each([
    ["7", 7_000],
    ["120", 120_000],
    [" 0 ", 0],
    ["Wed, 21 Oct 2026 07:28:10 GMT", 10_000],
    ["Wed, 21 Oct 2026 07:27:00 GMT", 0],
    ["soon", null],
    ["1.5e3x", null],
  ])("is read from %j as %s", async (header, expected) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("Wed, 21 Oct 2026 07:28:00 GMT") });
    const { api } = answering(429, { message: "Slow down." }, { "retry-after": header });
    expect((await failure(api.authUser())).retryAfter).toBe(expected);
    vi.useRealTimers();
  });
});

test("An answer that takes longer than twenty seconds is given up", async () => {
  const limit = new AbortController();
  const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(limit.signal);
  const never = (_url: unknown, init?: RequestInit) =>
    new Promise<Response>((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
  const api = createApi({ userId: "me", fetch: never as typeof fetch });
  const asked = [failure(api.authUser()), failure(api.users("jo", new AbortController().signal))];
  limit.abort(new DOMException("Too long.", "TimeoutError"));
  for (const error of await Promise.all(asked)) expect(error).toMatchObject({ status: 0, transient: true });
  expect(timeout).toHaveBeenCalledWith(20_000);
  timeout.mockRestore();
});
