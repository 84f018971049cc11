import type { IncomingMessage } from "node:http";
import { callerBehind, type Trust } from "@/lib/server/trusted-proxies";

/** What proxies say of a request; `x-parley-address` is how we pass on what became of it. */
const OURS = "x-parley-address";
const CLAIMS = new Set(["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port"]);

/** Who asked, and by which host and scheme: undefined where the request itself says so. */
export type Caller = { address: string; host?: string; proto?: string };

/**
 * Decides once who asks: the peer of the socket, or whom a trusted proxy names. Nothing but the peer is looked at where no proxy
 * claims anything.
 */
export function callerOf({ headers, socket }: IncomingMessage, trust: Trust): Caller {
  const peer = socket.remoteAddress ?? "";
  if (!headers["x-forwarded-for"] && !headers["x-forwarded-host"] && !headers["x-forwarded-proto"]) return { address: peer };
  if (!trust(peer, 0)) return { address: peer };
  const { address, hops } = callerBehind(peer, String(headers["x-forwarded-for"] ?? ""), trust);
  // Each proxy replaces the value or adds its own to the right, so this is the word of the outermost trusted one.
  const said = (name: string) => {
    const values = String(headers[name] ?? "").split(",");
    return values[Math.max(0, values.length - Math.max(1, hops))]?.trim() || undefined;
  };
  const host = said("x-forwarded-host");
  const proto = said("x-forwarded-proto")?.toLowerCase();
  return {
    address,
    host: host !== undefined && URL.canParse(`http://${host}`) ? host : undefined,
    proto: proto === "http" || proto === "https" ? proto : undefined,
  };
}

/**
 * Leaves in a request what was decided of its caller and nothing that anybody else claims: Request has no place for a
 * socket's address. Our adapter reads the raw headers and Next the parsed ones, which exist already: Node has looked for
 * `Expect` in them.
 */
export function nameCaller(incoming: IncomingMessage, trust: Trust): void {
  const { rawHeaders: raw, headers } = incoming;
  const { address, host, proto } = callerOf(incoming, trust);
  for (let i = raw.length - 2; i >= 0; i -= 2) {
    const name = raw[i] as string;
    // Of all usual headers only `X-…` begin so.
    if ((name[0] !== "x" && name[0] !== "X") || name[1] !== "-") continue;
    const lower = name.toLowerCase();
    if (lower !== OURS && !CLAIMS.has(lower)) continue;
    raw.splice(i, 2);
    delete headers[lower];
  }
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) return;
    raw.push(name, value);
    headers[name] = value;
  };
  set(OURS, address);
  set("x-forwarded-host", host);
  set("x-forwarded-proto", proto);
}
