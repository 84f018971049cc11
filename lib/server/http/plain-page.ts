import "server-only";
import { createHash } from "node:crypto";

/** Parley's colours, as app/styles/tokens.css has them. */
const COLOURS = `:root{color-scheme:light dark;background:light-dark(oklch(.972 .006 205),oklch(.205 .014 220));color:light-dark(oklch(.24 .025 225),oklch(.935 .008 205));font:.9375rem/1.5 system-ui,sans-serif;--muted:light-dark(oklch(.46 .025 220),oklch(.735 .02 210));--danger:light-dark(oklch(.5 .17 27),oklch(.76 .13 25));--accent:light-dark(oklch(.455 .09 215),oklch(.8 .095 205));--on-accent:light-dark(oklch(.99 .004 205),oklch(.2 .03 220));--field:light-dark(oklch(.66 .025 215),oklch(.52 .03 215));--raised:light-dark(#fff,oklch(.262 .017 218))}
body{margin:0;min-height:100dvh;display:grid;place-items:center}
a{color:var(--accent);text-underline-offset:3px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
`;

/** Makes pages that need neither Next nor script: for what must cost next to nothing, or work whatever else does not. */
export function plainPages(style: string) {
  const css = COLOURS + style;
  const hash = createHash("sha256").update(css).digest("base64");
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    "X-Frame-Options": "DENY",
    // Not "no-referrer": that would take the origin off a form, and it would be refused.
    "Referrer-Policy": "same-origin",
  };
  /** `title` is a text, `main` is HTML, in which {@link asHtml} has made of every text what it is. */
  return (title: string, main: string) => ({
    headers,
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${asHtml(title)} · Parley</title>
<style>${css}</style>
<main>
<h1>${asHtml(title)}</h1>
${main}
</main>
</html>
`,
  });
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** For text and for quoted attributes alike. */
export function asHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
