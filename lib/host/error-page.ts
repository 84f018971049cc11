import { createHash } from "node:crypto";
import type { HttpError } from "@/lib/server/http/errors";

const TITLES: Record<number, string> = { 429: "Slow down a little" };

const STYLE = `:root{color-scheme:light dark;background:light-dark(oklch(.972 .006 205),oklch(.205 .014 220));color:light-dark(oklch(.24 .025 225),oklch(.935 .008 205));font:.9375rem/1.5 system-ui,sans-serif}
body{min-height:100dvh;margin:0;display:grid;place-content:center;justify-items:center;text-align:center}
main{max-width:24rem;padding:2rem}
h1{font-size:1.125rem;margin:0 0 .5rem}
p{margin:0 0 1.25rem;color:light-dark(oklch(.46 .025 220),oklch(.735 .02 210))}
a{color:light-dark(oklch(.455 .09 215),oklch(.8 .095 205));text-underline-offset:3px}`;

const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
};

/** A page without Next, for what must cost next to nothing: it holds nothing of the request. */
export function errorPage({ status, message, headers: { "Retry-After": seconds } }: HttpError) {
  const when = seconds === undefined ? "" : ` This page can be loaded again in ${seconds === "1" ? "a second" : `${seconds} seconds`}.`;
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${TITLES[status] ?? "This did not work"} · Parley</title>
<style>${STYLE}</style>
<main>
<h1>${TITLES[status] ?? "This did not work"}</h1>
<p>${message}${when}</p>
${status === 429 ? '<a href="">Load again</a>' : '<a href="/">Conversations</a>'}
</main>
</html>
`;
  return { body, headers: HEADERS };
}
