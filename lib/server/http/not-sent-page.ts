import "server-only";
import { createHash } from "node:crypto";
import { MESSAGE_MAX_CODE_POINTS } from "@/lib/protocol/limits";
import type { Refusal } from "./route";

const STYLE = `:root{color-scheme:light dark;background:light-dark(oklch(.972 .006 205),oklch(.205 .014 220));color:light-dark(oklch(.24 .025 225),oklch(.935 .008 205));font:.9375rem/1.5 system-ui,sans-serif;--accent:light-dark(oklch(.455 .09 215),oklch(.8 .095 205))}
body{margin:0;min-height:100dvh;display:grid;place-items:center}
main{box-sizing:border-box;width:min(36rem,100%);padding:2rem 1.25rem}
h1{margin:0 0 .25rem;font-size:1.125rem}
p{margin:0 0 1rem;color:light-dark(oklch(.5 .17 27),oklch(.76 .13 25))}
textarea{box-sizing:border-box;width:100%;min-height:10rem;padding:.75rem 1rem;border:1px solid light-dark(oklch(.66 .025 215),oklch(.52 .03 215));border-radius:1rem;background:light-dark(#fff,oklch(.262 .017 218));color:inherit;font:inherit;font-size:max(1rem,16px);resize:vertical}
div{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.25rem;margin-top:1rem}
button{min-height:2.75rem;padding:0 1.25rem;border:0;border-radius:.625rem;background:var(--accent);color:light-dark(oklch(.99 .004 205),oklch(.2 .03 220));font:inherit;font-weight:500}
a{color:var(--accent);text-underline-offset:3px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}`;

const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  "X-Frame-Options": "DENY",
  // Not "no-referrer": that would take the origin off the form, and it would be refused.
  "Referrer-Policy": "same-origin",
};

/**
 * The page of who sent a message without script and was refused: why, and the text in a form that sends it again, to
 * where it was sent. It holds the very fields that came, so that what did get through after all is not sent twice.
 * @param path of the conversation's page; it does not say so to who may not see it
 */
export function notSentPage({ status, body, headers }: Refusal, fields: Readonly<Record<string, string>>, path: string): Response {
  const reason = "errors" in body ? Object.values(body.errors).join(" ") : body.message;
  const signIn = status === 401 ? '<a href="/sign-in" target="_blank">Sign in, in another tab</a>' : "";
  const back = status === 401 || status === 404 ? "/" : path;
  const hidden = ["clientId", "user"]
    .filter((name) => fields[name] !== undefined)
    .map((name) => `<input type="hidden" name="${name}" value="${asHtml(fields[name] ?? "")}" autocomplete="off">`);
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Not sent · Parley</title>
<style>${STYLE}</style>
<main>
<h1>Not sent</h1>
<p id="reason" role="alert">${asHtml(reason)}</p>
<form method="post">
${hidden.join("\n")}
<textarea name="content" aria-label="Your message, at most ${MESSAGE_MAX_CODE_POINTS.toLocaleString("en")} characters" aria-describedby="reason" aria-invalid="true" dir="auto" autofocus>
${asHtml(fields.content ?? "")}</textarea>
<div><button type="submit">Send again</button>${signIn}<a href="${asHtml(back)}">Back, without sending</a></div>
</form>
</main>
</html>
`;
  return new Response(page, { status, headers: { ...headers, ...HEADERS } });
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** For text and for quoted attributes alike. */
function asHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
