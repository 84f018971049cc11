import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import ipaddr from "ipaddr.js";

/** Local port, the peer's address and port, and the bytes that the peer has not acknowledged. */
const LINE = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]+:[0-9A-F]{4}) [0-9A-F]{2} ([0-9A-F]{8}):/gm;

/**
 * The bytes that peers of connections at these local ports have not taken from the kernel, by {@link hexOf}. Node counts as
 * written what the kernel has taken, which is megabytes for each connection. Null where the system does not tell: only Linux does.
 */
export async function unreadInKernel(ports: ReadonlySet<number | undefined>): Promise<Map<string, number> | null> {
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "latin1").catch(() => null)));
  if (tables.every((table) => table === null)) return null;
  const unread = new Map<string, number>();
  for (const table of tables) {
    for (const [, port = "", peer = "", bytes = ""] of (table ?? "").matchAll(LINE)) {
      if (ports.has(Number.parseInt(port, 16))) unread.set(peer, Number.parseInt(bytes, 16));
    }
  }
  return unread;
}

/** The peer of a socket as those tables write it: words of four bytes, each with its last byte first. */
export function hexOf({ remoteAddress, remotePort }: Socket): string {
  if (remoteAddress === undefined || remotePort === undefined) return "";
  const bytes = ipaddr.parse(remoteAddress.split("%", 1)[0] ?? "").toByteArray();
  const words = Array.from({ length: bytes.length / 4 }, (_, word) => bytes.slice(word * 4, word * 4 + 4).reverse());
  return `${Buffer.from(words.flat()).toString("hex").toUpperCase()}:${remotePort.toString(16).toUpperCase().padStart(4, "0")}`;
}
