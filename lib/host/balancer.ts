import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";

/**
 * Gives each request to the next of several servers, whoever makes it: nothing may depend on which one a person meets.
 * One that does not accept a connection has not seen the request, so another one gets it. Whatever fails later is the
 * client's to repeat, as it would be behind any other proxy.
 * @param ports of the servers that take part at this moment.
 */
export function createBalancer(ports: () => readonly number[]): Server {
  let turn = 0;
  return createServer((incoming, outgoing) => {
    const now = ports();
    const first = turn++ % (now.length || 1);
    pass(incoming, outgoing, [...now.slice(first), ...now.slice(0, first)]);
  });
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, [port, ...others]: readonly number[]): void {
  if (outgoing.destroyed) return;
  if (port === undefined) return fail(outgoing);
  const { method, url: path } = incoming;
  const upstream = request({ host: "127.0.0.1", port, method, path, headers: forwarded(incoming), agent: false });
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
    if (!connected) pass(incoming, outgoing, others);
    else if (outgoing.headersSent) outgoing.destroy();
    else fail(outgoing);
  });
  outgoing.on("close", () => upstream.destroy());
}

function fail(outgoing: ServerResponse): void {
  outgoing.writeHead(503, { "Content-Type": "application/json", "Retry-After": "1" });
  outgoing.end(JSON.stringify({ message: "The server is restarting. Try again in a moment." }));
}

/** The servers run with TRUST_PROXY=1, which believes the right-most address. */
function forwarded({ headers, socket }: IncomingMessage) {
  const before = headers["x-forwarded-for"];
  return { ...headers, "x-forwarded-for": before ? `${before}, ${socket.remoteAddress}` : socket.remoteAddress };
}
