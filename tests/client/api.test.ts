import { describe, expect, test, vi } from "vitest";
import { type ApiError, createApi } from "@/lib/client/api";

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
