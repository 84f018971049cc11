import "server-only";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * Whether what stands at this address is a proxy that the owner vouches for: only such a one may say for whom it
 * asks. `hop` is 0 for the peer of our socket, 1 for the address that this one names, and so on outwards.
 */
export type Trust = (address: string, hop: number) => boolean;

type Network = ReturnType<typeof ipaddr.parseCIDR>;

const NAMED: Record<string, string[]> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  linklocal: ["169.254.0.0/16", "fe80::/10"],
  uniquelocal: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/** Reads `TRUST_PROXY`: a number of hops, or addresses, networks and their names, separated by commas. Null for anything else. */
export function parseTrust(text: string): Trust | null {
  if (/^\d{1,2}$/.test(text)) return (_, hop) => hop < Number(text);
  const networks: Network[] = [];
  for (const part of text.split(",").map((entry) => entry.trim().toLowerCase())) {
    const ranges = Object.hasOwn(NAMED, part) ? NAMED[part] : [isIP(part) ? `${part}/${isIP(part) === 4 ? 32 : 128}` : part];
    for (const range of ranges ?? []) {
      if (!isIP(range.split("/")[0] ?? "") || !ipaddr.isValidCIDR(range)) return null;
      networks.push(ipaddr.parseCIDR(range));
    }
  }
  return (address) => {
    if (!isIP(address)) return false;
    const found = parse(address);
    return networks.some(([network, bits]) => network.kind() === found.kind() && found.match(network, bits));
  };
}

/**
 * From the peer of a socket outwards along `X-Forwarded-For`, of which each proxy has written the right-most address that
 * was not there before: the first that is no trusted proxy. All to its left is that one's own claim. `hops` counts the
 * entries that trusted proxies wrote.
 */
export function callerBehind(peer: string, forwardedFor: string | undefined, trust: Trust): { address: string; hops: number } {
  const entries = (forwardedFor ?? "").split(",").map(withoutPort).filter(Boolean);
  let address = peer;
  let hops = 0;
  for (; hops < entries.length && trust(address, hops); hops++) address = entries[entries.length - 1 - hops] as string;
  return { address, hops };
}

/** Some proxies name the port as well. */
function withoutPort(entry: string): string {
  const [, v4, v6] = /^(?:(\d+\.\d+\.\d+\.\d+):\d+|\[(.+)\](?::\d+)?)$/.exec(entry.trim()) ?? [];
  return v4 ?? v6 ?? entry.trim();
}

/** What counts as one address: an IPv6 customer holds a whole /64, and an IPv4 address may be written as IPv6. */
export function networkOf(address: string): string {
  const version = isIP(address);
  if (version === 4) return address;
  if (version === 0) return address.slice(0, 64);
  const parsed = parse(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/64`)}/64`;
}

/** Without the zone of a link-local address: a network card may be called `br-lan`, which the library does not take. */
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 {
  return ipaddr.process(address.split("%", 1)[0] ?? "");
}
