import { beforeAll, describe, expect, it } from "vitest";
import { origin } from "../support/browser";
import { belongings, CALLS, CREDENTIALS, inAndAround, make, type Place } from "../support/calls";
import { makeGroup } from "../support/groups";
import { type Person, signIn } from "../support/person";
import { pair, send, talk } from "../support/talk";

/** What a browser, or a caller that looks like one, says of a request that some other page made. */
const FOREIGN: [string, Record<string, string>][] = [
  ["from another site", { "Sec-Fetch-Site": "cross-site", Origin: "https://elsewhere.test" }],
  ["from a subdomain or another port", { "Sec-Fetch-Site": "same-site", Origin: "http://other.parley.test" }],
  ["from a bookmark or the address bar", { "Sec-Fetch-Site": "none" }],
  ["by an older browser from another site", { Origin: "https://elsewhere.test" }],
  ["by an older browser from a page without an origin", { Origin: "null" }],
  ["by an older browser from a name that begins like ours", { Origin: "http://parley.test.elsewhere.test" }],
  ["from another site that claims our origin", { "Sec-Fetch-Site": "cross-site", Origin: "http://parley.test" }],
  ["by who does not say", {}],
];

/** Calls that change something for whoever is signed in; next-auth's have its own token against forgery, and forms tests/api/forms.test.ts. */
const OPEN = ["POST /api/auth/[...nextauth]", "POST /api/login", "POST /api/users"];
const CHANGES = CALLS.filter(
  (call) => !call.startsWith("GET ") && !call.endsWith("[...path]") && !call.includes("/forms/") && !OPEN.includes(call),
);

let one: Person;
let other: Person;
let place: Place;

beforeAll(async () => {
  ({ one, other } = await pair());
  const { id } = await talk(one, other);
  const message = await send(other, id, "hello");
  const { id: group } = await makeGroup(one);
  place = { conversation: id, message: message.id, avatar: "", session: "", identity: "", notice: "", ...(await inAndAround(group, one)) };
});

const byCookie = async () => ({ Cookie: CREDENTIALS.cookie(await signIn(one)).Cookie ?? "" });
const withBelongings = async () => ({ ...place, ...(await belongings(one)), ...(await inAndAround(place.group, await signIn(one))) });

describe.each(CHANGES)("%s", (call) => {
  it.each(FOREIGN)("is refused with a cookie %s", async (_, said) => {
    const refused = await make(call, await withBelongings(), { ...(await byCookie()), ...said });
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({
      status: 403,
      body: { message: "This request did not come from this site." },
    });
    expect(refused.headers.get("set-cookie")).toBeNull();
  });

  it("is taken with a token wherever it comes from, for only its holder can send it", async () => {
    for (const [, said] of FOREIGN) {
      const taken = await make(call, await withBelongings(), { ...CREDENTIALS.bearer(await signIn(one)), ...said });
      expect(taken.ok).toBe(true);
    }
  });

  it("is taken with a cookie from a page of ours, in browsers new and old", async () => {
    const own = { Origin: await origin(), Host: new URL(await origin()).host };
    for (const said of [{ "Sec-Fetch-Site": "same-origin" }, own, { "Sec-Fetch-Site": "same-origin", ...own }]) {
      expect((await make(call, await withBelongings(), { ...(await byCookie()), ...said })).ok).toBe(true);
    }
  });
});

describe("a cookie", () => {
  it("does not make up for a bad token", async () => {
    const headers = { ...(await byCookie()), Authorization: "Bearer nonsense", "Sec-Fetch-Site": "same-origin" };
    expect((await make("GET /api/auth_user", place, headers)).status).toBe(401);
    expect((await make("POST /api/conversations/[id]/messages", place, headers)).status).toBe(401);
  });

  it("is enough to look, wherever the request comes from: no other site can read the answer", async () => {
    for (const [, said] of FOREIGN) {
      const seen = await make("GET /api/conversations/[id]", place, { ...(await byCookie()), ...said });
      expect(seen.status).toBe(200);
      expect(seen.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});
