import "server-only";
import { MESSAGE_MAX_CODE_POINTS } from "@/lib/protocol/limits";
import { asHtml, plainPages } from "./plain-page";
import type { Refusal } from "./route";

const page = plainPages(`main{box-sizing:border-box;width:min(36rem,100%);padding:2rem 1.25rem}
h1{margin:0 0 .25rem;font-size:1.125rem}
p{margin:0 0 1rem;color:var(--danger)}
textarea{box-sizing:border-box;width:100%;min-height:10rem;padding:.75rem 1rem;border:1px solid var(--field);border-radius:1rem;background:var(--raised);color:inherit;font:inherit;font-size:max(1rem,16px);resize:vertical}
div{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.25rem;margin-top:1rem}
button{min-height:2.75rem;padding:0 1.25rem;border:0;border-radius:.625rem;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:500}`);

/**
 * The page after a message that was sent without script and refused: it says why, and has the text in a form that sends
 * it again to the same address. The form holds the very fields that came, so that a message which did get through after
 * all is not sent twice.
 * @param path of the conversation's page; the page of somebody who may not see that does not name it
 */
export function notSentPage({ status, body, headers }: Refusal, fields: Readonly<Record<string, string>>, path: string): Response {
  const reason = "errors" in body ? Object.values(body.errors).join(" ") : body.message;
  const signIn = status === 401 ? '<a href="/sign-in" target="_blank">Sign in, in another tab</a>' : "";
  const back = status === 401 || status === 404 ? "/" : path;
  const hidden = ["clientId", "user"]
    .filter((name) => fields[name] !== undefined)
    .map((name) => `<input type="hidden" name="${name}" value="${asHtml(fields[name] ?? "")}" autocomplete="off">`);
  const made = page(
    "Not sent",
    `<p id="reason" role="alert">${asHtml(reason)}</p>
<form method="post">
${hidden.join("\n")}
<textarea name="content" aria-label="Your message, at most ${MESSAGE_MAX_CODE_POINTS.toLocaleString("en")} characters" aria-describedby="reason" aria-invalid="true" dir="auto" autofocus>
${asHtml(fields.content ?? "")}</textarea>
<div><button type="submit">Send again</button>${signIn}<a href="${asHtml(back)}">Back, without sending</a></div>
</form>`,
  );
  return new Response(made.body, { status, headers: { ...headers, ...made.headers } });
}
