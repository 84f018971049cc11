import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import type { Browser } from "./browser";

/** What the issuer says of somebody. */
export type Claims = { email?: string; email_verified?: boolean; preferred_username?: string; name?: string };

const CLIENT = { client_id: "parley", client_secret: "a secret between the two" };

/** A real OpenID Connect issuer on loopback, where `people` have accounts. */
export async function startIdentityProvider(people: Record<string, Claims>) {
  let answer: RequestListener | undefined;
  const server = createServer((request, response) => void answer?.(request, response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    /** What Parley is configured with. */
    env: { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: CLIENT.client_id, OIDC_CLIENT_SECRET: CLIENT.client_secret, OIDC_NAME: "Acme" },

    /** Where Parley is becomes known once it has started, which needs the issuer's address. */
    register(parley: string): void {
      const provider = new Provider(issuer, {
        clients: [{ ...CLIENT, redirect_uris: [`${parley}/api/auth/callback/oidc`] }],
        claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["preferred_username", "name"] },
        findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
        ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
        pkce: { required: () => true },
        cookies: { keys: ["of the tests"] },
      });
      answer = provider.callback();
    },

    /** Signs in with the issuer's forms as `sub`, from where Parley has sent the browser to where it ends up. */
    async signIn(browser: Browser, sub: string): Promise<URL> {
      let { url, response } = await browser.signIn("oidc");
      const forms: Record<string, string>[] = [{ prompt: "login", login: sub, password: "any" }, { prompt: "consent" }];
      for (const fields of forms) {
        const action = /<form[^>]* action="([^"]+)"/.exec(await response.text())?.[1];
        if (url.origin !== issuer || !action) throw new Error(`The issuer shows no form at ${url.href}.`);
        ({ url, response } = await browser.submit(action, fields));
      }
      return url;
    },

    stop: () => new Promise((closed) => server.close(closed)),
  };
}
