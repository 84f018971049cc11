import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request, type Server, type ServerResponse } from "node:http";
import { noPageHeaders } from "@/lib/server/http/answer-headers";
import type { Trust } from "@/lib/server/trusted-proxies";
import { callerOf } from "./caller";
import { Connections } from "./connections";
import { inOrder } from "./in-order";

/**
 * Gives each request to the next of several servers, whoever makes it: nothing may depend on which one a person meets.
 * One that does not accept a connection has not seen the request, so another one gets it. Whatever fails later is the
 * client's to repeat, as it would be behind any other proxy.
 * @param ports of the servers that take part at this moment.
 * @param trust in proxies before this one.
 */
export function createBalancer(ports: () => readonly number[], trust: Trust): Server {
  let turn = 0;
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const now = ports();
    const first = turn++ % (now.length || 1);
    pass(incoming, outgoing, forwarded(incoming, trust), [...now.slice(first), ...now.slice(0, first)]);
  };
  const server = createServer(inOrder(answer));
  // The servers see one address and a reader that always reads, so connections are bounded here, where callers are known.
  new Connections(server, trust);
  return server;
}

function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  headers: OutgoingHttpHeaders,
  [port, ...others]: readonly number[],
): void {
  if (outgoing.destroyed) return;
  if (port === undefined) return fail(outgoing);
  const { method, url: path } = incoming;
  const upstream = request({ host: "127.0.0.1", port, method, path, headers, agent: false });
  let connected = false;
  // The body waits until somebody takes it, so that it can still go to another server.
  upstream.on("socket", (socket) => {
    socket.once("connect", () => {
      connected = true;
      incoming.pipe(upstream);
    });
  });
  upstream.on("response", (answer) => {
    outgoing.writeHead(answer.statusCode as number, answer.statusMessage, answer.rawHeaders);
    outgoing.flushHeaders();
    answer.pipe(outgoing);
    answer.on("close", () => answer.complete || outgoing.destroy());
  });
  upstream.on("error", () => {
    if (!connected) pass(incoming, outgoing, headers, others);
    else if (outgoing.headersSent) outgoing.destroy();
    else fail(outgoing);
  });
  outgoing.on("close", () => upstream.destroy());
}

function fail(outgoing: ServerResponse): void {
  outgoing.writeHead(503, { ...noPageHeaders(), "Content-Type": "application/json", "Retry-After": "1" });
  outgoing.end(JSON.stringify({ message: "The server is restarting. Try again in a moment." }));
}

/** The servers run with TRUST_PROXY=1: what this one says of a caller is all that counts, and nobody else's word goes with it. */
function forwarded(incoming: IncomingMessage, trust: Trust): OutgoingHttpHeaders {
  const { address, host, proto } = callerOf(incoming, trust);
  return {
    ...incoming.headers,
    "x-forwarded-for": address,
    "x-forwarded-host": host ?? incoming.headers.host,
    "x-forwarded-proto": proto ?? "http",
  };
}
