import type { HttpError } from "@/lib/server/http/errors";
import { asHtml, plainPages } from "@/lib/server/http/plain-page";

const TITLES: Record<number, string> = { 429: "Slow down a little" };

const page = plainPages(`main{max-width:24rem;padding:2rem;text-align:center}
h1{font-size:1.125rem;margin:0 0 .5rem}
p{margin:0 0 1.25rem;color:var(--muted)}`);

/** The page of a request that goes no further. It holds nothing of the request. */
export function errorPage({ status, message, headers: { "Retry-After": seconds } }: HttpError) {
  const when = seconds === undefined ? "" : ` This page can be loaded again in ${seconds === "1" ? "a second" : `${seconds} seconds`}.`;
  const link = status === 429 ? '<a href="">Load again</a>' : '<a href="/">Conversations</a>';
  return page(TITLES[status] ?? "This did not work", `<p>${asHtml(message + when)}</p>\n${link}`);
}
