import "server-only";
import { HTTPS_ONLY_S } from "@/lib/protocol/limits";
import { isHttps } from "../config";

/** What is no page is taken for nothing else, embedded by no other site, and runs and loads nothing where it is opened by itself. */
const NO_PAGE = {
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
};

/**
 * The headers of every answer. They speak for this host and none of its subdomains: whether those have https, or belong to
 * us at all, only their owner knows, and a browser that was told so cannot be told otherwise.
 */
export function transportHeaders(): Record<string, string> {
  return isHttps() ? { "Strict-Transport-Security": `max-age=${HTTPS_ONLY_S}` } : {};
}

/** The headers of every answer that is no page. */
export function noPageHeaders(): Record<string, string> {
  return { ...NO_PAGE, ...transportHeaders() };
}
