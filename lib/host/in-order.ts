import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Requests that a connection may send ahead, before it has the answer to an earlier one. Browsers and common proxies send none. */
export const SENT_AHEAD_MAX = 10;

type Handle = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/**
 * Takes the requests of a connection one after the other, and ends a connection that sends too many ahead. Node hands over
 * all that came together at once and keeps their answers, whole, until those before them are read: what stands behind an
 * event stream for as long as that lasts.
 */
export function inOrder(handle: Handle): Handle {
  const ahead = new WeakMap<Socket, number>();
  return (incoming, outgoing) => {
    // Node gives an answer its socket when those before it are done.
    if (outgoing.socket !== null) return handle(incoming, outgoing);
    const { socket } = incoming;
    const waiting = (ahead.get(socket) ?? 0) + 1;
    if (waiting > SENT_AHEAD_MAX) return void socket.destroy();
    ahead.set(socket, waiting);
    outgoing.once("socket", () => {
      ahead.set(socket, (ahead.get(socket) ?? 1) - 1);
      // Not within the event: Node still has the socket in hand.
      queueMicrotask(() => handle(incoming, outgoing));
    });
  };
}
