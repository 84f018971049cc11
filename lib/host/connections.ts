import { type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { HttpError } from "@/lib/server/http/errors";
import { log } from "@/lib/server/log";
import { networkOf, type Trust } from "@/lib/server/trusted-proxies";
import { hexOf, unreadInKernel } from "./unread";

/** Connections that one address may hold; an office or a school shares one. Those of trusted proxies do not count. */
export const CONNECTIONS_PER_ADDRESS_MAX = 1_000;

/** Milliseconds in which a reader takes something of what was written to it, however little. */
export const UNREAD_MS = 30_000;

/** Milliseconds between looks at what is unread; a reader is cut off at most two looks later than it may be. */
const LOOK_EVERY_MS = 10_000;

/** Milliseconds between log lines about addresses that hold too many connections: anybody could cause them. */
const TELL_EVERY_MS = 60_000;

const REFUSAL = asText(new HttpError("too_many_connections", { retryAfter: 30 }));

/** A connection, as it was when last looked at. `state` is null once its reader has taken all that was written. */
type Look = { moved: number; state: string | null; since: number };

export type Limits = { perAddress: number; unreadMs: number; lookEveryMs: number };

const LIMITS: Limits = { perAddress: CONNECTIONS_PER_ADDRESS_MAX, unreadMs: UNREAD_MS, lookEveryMs: LOOK_EVERY_MS };

/**
 * Bounds what the connections of a server hold: so many of an address, and what is written to one that does not read
 * lies in memory for so long only. An event stream has a bound of its own, and {@link exempt} takes it out.
 */
export class Connections {
  private readonly looks = new Map<Socket, Look>();
  private readonly ofAddress = new Map<string, number>();
  private toldAt = Number.NEGATIVE_INFINITY;

  constructor(
    server: Server,
    private readonly trust: Trust,
    private readonly limits: Limits = LIMITS,
  ) {
    server.on("connection", (socket: Socket) => this.add(socket));
    const timer = setInterval(() => void this.look(), limits.lookEveryMs).unref();
    server.on("close", () => clearInterval(timer));
  }

  exempt(socket: Socket): void {
    this.looks.delete(socket);
  }

  private add(socket: Socket): void {
    const peer = socket.remoteAddress ?? "";
    if (!this.trust(peer, 0) && !this.count(networkOf(peer), socket)) return;
    this.looks.set(socket, { moved: 0, state: null, since: 0 });
    socket.once("close", () => this.looks.delete(socket));
  }

  /** False where the address has as many as it may: the connection is told so, and ends. */
  private count(address: string, socket: Socket): boolean {
    const open = this.ofAddress.get(address) ?? 0;
    if (open >= this.limits.perAddress) {
      this.tell(address);
      socket.end(REFUSAL);
      socket.destroySoon();
      return false;
    }
    this.ofAddress.set(address, open + 1);
    socket.once("close", () => {
      const left = (this.ofAddress.get(address) ?? 1) - 1;
      if (left > 0) this.ofAddress.set(address, left);
      else this.ofAddress.delete(address);
    });
    return true;
  }

  private tell(address: string): void {
    if (performance.now() - this.toldAt < TELL_EVERY_MS) return;
    this.toldAt = performance.now();
    log.warn({ address }, "an address holds as many connections as it may");
  }

  /** Looks only at those on which nothing has moved since the last look, and that have not been seen read to the end. */
  private async look(): Promise<void> {
    const still: [Socket, Look][] = [];
    for (const [socket, look] of this.looks) {
      const moved = socket.bytesRead + socket.bytesWritten;
      if (moved !== look.moved) Object.assign(look, { moved, state: "", since: performance.now() });
      else if (look.state !== null) still.push([socket, look]);
    }
    if (still.length === 0) return;
    const unread = await unreadInKernel(new Set(still.map(([{ localPort }]) => localPort)));
    for (const [socket, look] of still) this.judge(socket, look, unread);
  }

  /** A reader makes progress where anything has changed of what waits here and in the kernel. */
  private judge(socket: Socket, look: Look, unread: Map<string, number> | null): void {
    const inKernel = unread === null ? 0 : unread.get(hexOf(socket));
    const waiting = socket.writableLength;
    if (!inKernel && waiting === 0) {
      // What stands in no table is looked at again: the table is read in parts, while it changes.
      if (inKernel === 0) look.state = null;
      return;
    }
    const state = `${inKernel} ${waiting} ${queued(socket)}`;
    if (state !== look.state) Object.assign(look, { state, since: performance.now() });
    // A reset frees what the kernel holds; an ordinary end would keep it for minutes more.
    else if (performance.now() - look.since >= this.limits.unreadMs) socket.resetAndDestroy();
  }
}

/** Bytes of the write under way that the kernel has not taken: a long one makes progress by this number only. */
function queued(socket: Socket): number {
  return (socket as Socket & { _handle?: { writeQueueSize: number } | null })._handle?.writeQueueSize ?? 0;
}

/** An answer to a connection of which nothing is read. */
function asText({ status, body, headers }: HttpError): string {
  const text = JSON.stringify(body);
  const head = { ...headers, "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text), Connection: "close" };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", text].join("\r\n");
}
