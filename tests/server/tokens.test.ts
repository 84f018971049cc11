import { createHmac } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { expect, it } from "vitest";
import { signToken, verifyToken } from "@/lib/server/auth/tokens";

const SECRET = process.env.AUTH_SECRET ?? "";
const KEY = new TextEncoder().encode(SECRET);
const { token } = signToken("user", "session");
const [head = "", claims = "", signature = ""] = token.split(".");

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = (text: string, secret = SECRET) => `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;

it("is a JWT that any library reads", async () => {
  const { payload } = await jwtVerify(token, KEY, { algorithms: ["HS256"] });
  expect(payload).toEqual({ sub: "user", sid: "session", iat: expect.any(Number), exp: expect.any(Number) });
  expect(verifyToken(token)).toEqual(payload);
});

it("ends when it says", () => {
  const { token, expiresAt } = signToken("user", "session", new Date("2020-01-01T00:00:00Z"));
  expect(expiresAt.toISOString()).toBe("2020-01-15T00:00:00.000Z");
  expect(verifyToken(token, expiresAt.getTime() - 1)).toMatchObject({ sub: "user" });
  expect(verifyToken(token, expiresAt.getTime())).toBeNull();
});

it.each([
  ["nothing", ""],
  ["dots", "..."],
  ["no signature", `${head}.${claims}.`],
  ["no claims", `${head}..${signature}`],
  ["two parts", `${head}.${claims}`],
  ["another's claims", `${head}.${encode({ sub: "another", sid: "session", exp: 9e9 })}.${signature}`],
  ["a signature cut short", token.slice(0, -6)],
  ["another secret", signed(`${head}.${claims}`, "another secret, quite as long as ours")],
  ["no algorithm", `${encode({ alg: "none", typ: "JWT" })}.${claims}.`],
  ["another header, though signed", signed(`${encode({ alg: "HS512", typ: "JWT" })}.${claims}`)],
])("is not a text with %s", (_, text) => {
  expect(verifyToken(text)).toBeNull();
});

it("takes no algorithm from the token, even with our own secret", async () => {
  const made = new SignJWT({ sid: "session" }).setProtectedHeader({ alg: "HS512" }).setSubject("user").setExpirationTime("1h");
  expect(verifyToken(await made.sign(KEY))).toBeNull();
});
