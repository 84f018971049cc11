import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createSession } from "@/lib/client/account/session";
import { ApiError } from "@/lib/client/request";
import { createMessengerStore } from "@/lib/client/store/store";
import type { User } from "@/lib/protocol/users";
import { holding, user } from "./support/rows";

const failed = (status: number) => Promise.reject(new ApiError(status, { message: "No." }));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function sessionOf(authUser: () => Promise<User>) {
  const store = createMessengerStore(holding([]));
  const asked = vi.fn(authUser);
  const told: string[] = [];
  const tell = (what: string) => () => void told.push(what);
  const session = createSession({
    userId: "me",
    api: { authUser: asked },
    store,
    onDoubt: tell("doubt"),
    onEnd: tell("end"),
    onGoOn: tell("go on"),
  });
  return { session, store, asked, told };
}

describe("A session that may be over", () => {
  test("is asked after half a second later, once, and goes on where the same person is signed in still", async () => {
    const { session, store, asked, told } = sessionOf(async () => user("me"));
    void session.doubt();
    void session.doubt();
    await vi.advanceTimersByTimeAsync(499);
    expect([told, asked.mock.calls.length]).toEqual([["doubt"], 0]);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual(["doubt", "go on"]);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(store.getState().signedOut).toBe(false);
    void session.doubt();
    await vi.advanceTimersByTimeAsync(500);
    expect(told).toEqual(["doubt", "go on", "doubt", "go on"]);
  });

  test("is over where the server says so, and is doubted no more", async () => {
    const { session, store, told } = sessionOf(() => failed(401));
    void session.doubt();
    await vi.advanceTimersByTimeAsync(500);
    expect([told, store.getState().signedOut]).toEqual([["doubt", "end"], true]);
    void session.doubt();
    await vi.advanceTimersByTimeAsync(500);
    expect(told).toEqual(["doubt", "end"]);
  });

  test.each([0, 403, 500])("goes on where the answer is a failure of %i, which says nothing of it", async (status) => {
    const { session, store, told } = sessionOf(() => failed(status));
    void session.doubt();
    await vi.advanceTimersByTimeAsync(500);
    expect([told, store.getState().signedOut]).toEqual([["doubt", "go on"], false]);
  });
});

describe("Who comes back from signing in", () => {
  test("goes on where they are the same", async () => {
    const { session, store, told } = sessionOf(async () => user("me"));
    await session.returnFromSignIn();
    expect(told).toEqual([]);
    store.patch({ signedOut: true });
    await session.returnFromSignIn();
    expect([told, store.getState().signedOut]).toEqual([["go on"], false]);
  });

  test.each<[string, () => Promise<User>]>([
    ["another one", async () => user("ann")],
    ["nobody", () => failed(401)],
    ["without a connection", () => failed(0)],
  ])("gets nothing of what is held here as %s", async (_, authUser) => {
    const { session, store, told } = sessionOf(authUser);
    store.patch({ signedOut: true });
    await session.returnFromSignIn();
    expect([told, store.getState().signedOut]).toEqual([[], true]);
  });

  test("in two ways at once goes on once", async () => {
    const { session, store, told } = sessionOf(async () => user("me"));
    store.patch({ signedOut: true });
    await Promise.all([session.returnFromSignIn(), session.returnFromSignIn()]);
    expect(told).toEqual(["go on"]);
  });
});

describe("Who signs out", () => {
  test("is leaving from then on, and nothing is asked about a session that ends", async () => {
    const { session, told } = sessionOf(() => failed(401));
    expect(session.isLeaving).toBe(false);
    const left = session.leave(async () => ({ value: undefined, errors: null }));
    expect(session.isLeaving).toBe(true);
    await left;
    expect(session.isLeaving).toBe(true);
    void session.doubt();
    await vi.advanceTimersByTimeAsync(500);
    expect(told).toEqual([]);
    session.stay();
    expect(session.isLeaving).toBe(false);
  });

  test("and cannot is still there", async () => {
    const { session } = sessionOf(async () => user("me"));
    const refused = { value: null, errors: { form: "No." } };
    expect(await session.leave(async () => refused)).toBe(refused);
    expect(session.isLeaving).toBe(false);
  });
});
