import { host } from "./host";

/** As much of a browser as signing in needs: cookies of each site, redirects, and what it says of where a request comes from. */
export class Browser {
  private readonly jars = new Map<string, Map<string, string>>();

  /** `path` begins with a slash and is Parley's, or is a whole address of another site. Redirects are returned. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, await origin());
    const jar = this.jar(url.origin);
    const headers = new Headers(init.headers);
    if (jar.size > 0) headers.set("Cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    if (!headers.has("Sec-Fetch-Site")) headers.set("Sec-Fetch-Site", "same-origin");
    const response = await send(url, { redirect: "manual", ...init, headers });
    for (const cookie of response.headers.getSetCookie()) keep(jar, cookie);
    return response;
  }

  /** Follows redirects as a click does, to the first answer that is none, and says where that is. */
  async visit(path: string, init: RequestInit = {}): Promise<{ url: URL; response: Response }> {
    let url = new URL(path, await origin());
    let response = await this.fetch(url.href, init);
    for (let hops = 0; hops < 20 && response.headers.has("location"); hops++) {
      url = new URL(response.headers.get("location") ?? "", url);
      response = await this.fetch(url.href);
    }
    return { url, response };
  }

  /** Submits a form, and follows. */
  submit(path: string, fields: Record<string, string>): Promise<{ url: URL; response: Response }> {
    return this.visit(path, { method: "POST", body: new URLSearchParams(fields) });
  }

  /** What the sign-in page does: a form with next-auth's token against forgery. */
  async signIn(provider: string, fields: Record<string, string> = {}): Promise<{ url: URL; response: Response }> {
    const { csrfToken } = await (await this.fetch("/api/auth/csrf")).json();
    const path = provider === "credentials" ? "/api/auth/callback/credentials" : `/api/auth/signin/${provider}`;
    return this.submit(path, { csrfToken, callbackUrl: "/api/auth_user", ...fields });
  }

  /** The cookies that Parley has set. */
  async cookies(): Promise<Map<string, string>> {
    return this.jar(await origin());
  }

  private jar(site: string): Map<string, string> {
    const jar = this.jars.get(site) ?? new Map<string, string>();
    this.jars.set(site, jar);
    return jar;
  }
}

/** Where Parley is, as a browser sees it. */
export async function origin(): Promise<string> {
  return (await host()).url ?? "http://parley.test";
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  if (url.origin !== (await origin())) return fetch(url, init);
  return (await host()).fetch(url.pathname + url.search, init);
}

function keep(jar: Map<string, string>, cookie: string): void {
  const [pair = "", ...attributes] = cookie.split(";").map((part) => part.trim());
  const name = pair.slice(0, pair.indexOf("="));
  const value = pair.slice(pair.indexOf("=") + 1);
  const ended = attributes.some(
    (attribute) => /^max-age=0$/i.test(attribute) || (/^expires=/i.test(attribute) && Date.parse(attribute.slice(8)) < Date.now()),
  );
  if (ended || value === "") jar.delete(name);
  else jar.set(name, value);
}
