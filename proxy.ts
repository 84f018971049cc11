import { type NextRequest, NextResponse } from "next/server";
import { sentence } from "@/lib/protocol/errors/codes";
import { HTTPS_ONLY_S } from "@/lib/protocol/limits";
import { isKnownHost } from "@/lib/server/http/known-host";

/**
 * The headers of every page. Each answer has a nonce of its own, which Next reads from the request's
 * policy and puts on its scripts; so pages are always rendered for the request, never ahead of time.
 *
 * Styles: no `unsafe-inline`. Nothing that we render on the server has a `style` attribute; what
 * scripts set later goes through the CSSOM, which the policy does not concern.
 */
export function proxy(request: NextRequest): NextResponse {
  if (!isKnownHost(request.headers)) return new NextResponse(sentence("unknown_host"), { status: 403 });
  // `npm start` has refused these before they come here, without reading their bodies; this is for `next start` and Vercel.
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new NextResponse(sentence("method_not_allowed"), { status: 405, headers: { Allow: "GET, HEAD" } });
  }
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const policy = contentSecurityPolicy(nonce);

  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);

  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("X-Frame-Options", "DENY");
  // Not "no-referrer": that would take the origin off our forms, and they would be refused.
  response.headers.set("Referrer-Policy", "same-origin");
  response.headers.set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()");
  if (process.env.PUBLIC_URL?.startsWith("https:")) {
    // Browsers ignore, and complain about, this one where they do not trust the origin.
    response.headers.set("Cross-Origin-Opener-Policy", "same-origin");
    response.headers.set("Strict-Transport-Security", `max-age=${HTTPS_ONLY_S}`);
  }
  return response;
}

function contentSecurityPolicy(nonce: string): string {
  const dev = process.env.NODE_ENV === "development";
  const https = process.env.PUBLIC_URL?.startsWith("https:");
  return [
    "default-src 'self'",
    // `next dev` evaluates its modules and paints its own overlay.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ""}`,
    dev ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(https ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

export const config = {
  // Pages. Route handlers and files set their own headers.
  matcher: ["/((?!api/|_next/static/|icon[\\w-]*\\.(?:png|svg)$|manifest\\.webmanifest$).*)"],
};
