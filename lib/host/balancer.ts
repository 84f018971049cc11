import {
  Agent,
  type ClientRequestArgs,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { noPageHeaders } from "@/lib/server/http/answer-headers";
import type { Trust } from "@/lib/server/trusted-proxies";
import { callerOf } from "./caller";
import { Connections } from "./connections";
import { inOrder } from "./in-order";

/** Milliseconds that an idle connection to a server is kept; the servers keep theirs for longer, so none is closed under a request. */
const IDLE_MS = 30_000;

/** Idle connections that are kept to each server. */
const IDLE_MAX = 256;

/**
 * Gives each request to the next of several servers, whoever makes it: nothing may depend on which one a person meets.
 * One that does not accept a connection has not seen the request, so another one gets it. Whatever fails later is the
 * client's to repeat, as it would be behind any other proxy.
 * @param ports of the servers that take part at this moment.
 * @param trust in proxies before this one.
 */
export function createBalancer(ports: () => readonly number[], trust: Trust): Server {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS, maxFreeSockets: IDLE_MAX });
  let turn = 0;
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const now = ports();
    const first = turn++ % (now.length || 1);
    pass(incoming, outgoing, { agent, headers: forwarded(incoming, trust) }, [...now.slice(first), ...now.slice(0, first)]);
  };
  const server = createServer(inOrder(answer));
  // The servers see one address and a reader that always reads, so connections are bounded here, where callers are known.
  new Connections(server, trust);
  server.on("close", () => agent.destroy());
  return server;
}

function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  by: Pick<ClientRequestArgs, "agent" | "headers">,
  [port, ...others]: readonly number[],
): void {
  if (outgoing.destroyed) return;
  if (port === undefined) return fail(outgoing);
  const { method, url: path } = incoming;
  const upstream = request({ host: "127.0.0.1", port, method, path, ...by });
  let connected = false;
  const send = () => {
    connected = true;
    incoming.pipe(upstream);
  };
  // The body waits until somebody takes it, so that it can still go to another server.
  upstream.on("socket", (socket) => {
    if (socket.connecting) socket.once("connect", send);
    else send();
  });
  upstream.on("response", (answer) => {
    outgoing.writeHead(answer.statusCode as number, answer.statusMessage, endToEnd(answer.rawHeaders));
    outgoing.flushHeaders();
    answer.pipe(outgoing);
    answer.on("close", () => answer.complete || outgoing.destroy());
  });
  upstream.on("error", () => {
    // A kept connection may have been closed as the request went out. What only asks can be asked again.
    const again = upstream.reusedSocket && (method === "GET" || method === "HEAD") && !outgoing.headersSent;
    if (again) pass(incoming, outgoing, by, [port, ...others]);
    else if (!connected) pass(incoming, outgoing, by, others);
    else if (outgoing.headersSent) outgoing.destroy();
    else fail(outgoing);
  });
  outgoing.on("close", () => outgoing.writableFinished || upstream.destroy());
}

/** Headers of an answer, less those about the connection to the server; "close" says where the answer ends. */
function endToEnd(rawHeaders: string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i] as string, rawHeaders[i + 1] as string];
    const isOurs = /^keep-alive$/i.test(name) || (/^connection$/i.test(name) && /^keep-alive$/i.test(value));
    if (!isOurs) kept.push(name, value);
  }
  return kept;
}

function fail(outgoing: ServerResponse): void {
  outgoing.writeHead(503, { ...noPageHeaders(), "Content-Type": "application/json", "Retry-After": "1" });
  outgoing.end(JSON.stringify({ message: "The server is restarting. Try again in a moment." }));
}

/** The servers run with TRUST_PROXY=1: what this one says of a caller is all that counts, and nobody else's word goes with it. */
function forwarded(incoming: IncomingMessage, trust: Trust): OutgoingHttpHeaders {
  const { address, host, proto } = callerOf(incoming, trust);
  const { connection: _, "keep-alive": __, ...headers } = incoming.headers;
  return {
    ...headers,
    "x-forwarded-for": address,
    "x-forwarded-host": host ?? incoming.headers.host,
    "x-forwarded-proto": proto ?? "http",
  };
}
