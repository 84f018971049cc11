import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import routes from "parley:routes";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { config } from "@/lib/server/config";
import { HttpError } from "@/lib/server/http/errors";
import { noContent, type RouteHandler, route } from "@/lib/server/http/route";
import { type Attach, attachmentOf } from "@/lib/server/realtime/open";
import { admit, headersFor, isApi, refuse } from "./admission";
import { nameCaller } from "./caller";
import { Connections, type Limits } from "./connections";
import { inOrder } from "./in-order";
import { nodeSink } from "./node-sink";

/** Answers everything that is not one of our routes: pages and static files. */
export type Fallback = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> | void;

type Bindings = { incoming: IncomingMessage; outgoing: ServerResponse };

/** Milliseconds an idle connection is kept; longer than the 60 s of common proxies, so that they close first. */
const KEEP_ALIVE_MS = 65_000;

/** Milliseconds a caller may take to send the headers of a request, and all of it: an avatar over a slow line. */
const HEADERS_MS = 20_000;
const REQUEST_MS = 120_000;

/**
 * The server that `npm start` runs. It mounts the route modules of app/api directly, because a request
 * through Next costs many times the processor time and memory of one through `node:http`; they are the
 * very files that `next start` serves.
 */
export function createHost(fallback: Fallback, limits?: Limits): Server {
  const router = mountRoutes();
  const trust = config().TRUST_PROXY;
  const api = getRequestListener(async (request, bindings) => {
    const response = await router.fetch(request, bindings as Bindings);
    const attach = attachmentOf(response);
    if (!attach) return response;
    const { outgoing } = bindings as Bindings;
    if (outgoing.socket) connections.exempt(outgoing.socket);
    writeStream(response, attach, outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  const timeouts = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS };
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    nameCaller(incoming, trust);
    const ours = isApi(incoming);
    // Before anybody looks at what is asked for: the page that says "not found" costs and counts as a page.
    if (!isPath(incoming.url ?? "/")) incoming.url = ours ? "/api/not-found" : "/not-found";
    try {
      admit(incoming);
    } catch (error) {
      return refuse(incoming, outgoing, error);
    }
    // No file is large enough to be resumed, and Next fails on a range that it cannot serve.
    if (!ours) delete incoming.headers.range;
    if (!ours) for (const [name, value] of Object.entries(headersFor(incoming))) outgoing.setHeader(name, value);
    void (ours ? api(incoming, outgoing) : fallback(incoming, outgoing));
  };
  const server = createServer(timeouts, inOrder(answer));
  const connections = new Connections(server, trust, limits);
  return server;
}

/** `/api/conversations/[id]` in the file system is `/api/conversations/:id` here, and `[...path]` is `*`. */
export function mountRoutes(): Hono<{ Bindings: Bindings }> {
  const router = new Hono<{ Bindings: Bindings }>();
  for (const { pattern, module } of routes) {
    const path = pattern.replace(/\[\.\.\.\w+\]/, "*").replaceAll(/\[(\w+)\]/g, ":$1");
    for (const [method, handle] of Object.entries(module)) {
      router.on(method, path, (c) => handle(c.req.raw, { params: Promise.resolve(c.req.param()) }));
    }
    const refuse = otherMethods(Object.keys(module));
    router.all(path, (c) => refuse(c.req.raw, { params: Promise.resolve({}) }));
  }
  return router;
}

/** What Next answers where a route has no such method, and says more of it. */
function otherMethods(methods: string[]): RouteHandler {
  const allowed = [...methods, "OPTIONS", ...(methods.includes("GET") ? ["HEAD"] : [])];
  const headers = { Allow: allowed.sort().join(", ") };
  return route({ auth: "none" }, ({ request }) => {
    if (request.method === "OPTIONS") return noContent(headers);
    throw new HttpError("method_not_allowed", {}, headers);
  });
}

/** `/./` and `/../`, also escaped: browsers resolve them, and Next would lead `/_next/static/../../sign-in` to that page. */
const DOTS = /[/\\](?:\.|%2e){1,2}(?:[/\\]|$)/i;

/**
 * Next fails on an address with a broken escape, such as `/c/%zz`, and on what only proxies are asked for (`*`, or a
 * whole URL), where "not found" is the answer.
 */
function isPath(address: string): boolean {
  if (!address.startsWith("/")) return false;
  const path = address.split("?", 1)[0] ?? "";
  if (DOTS.test(path)) return false;
  if (!path.includes("%")) return true;
  try {
    decodeURI(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Writes an event stream straight to its socket. It ends with its connection, so its bytes go out as they are:
 * in chunks, each event would be three writes to Node and an allocation for each reader.
 */
function writeStream(response: Response, attach: Attach, outgoing: ServerResponse): void {
  if (outgoing.destroyed) return;
  outgoing.removeHeader("Transfer-Encoding");
  outgoing.writeHead(response.status, { ...Object.fromEntries(response.headers), Connection: "close" });
  const stream = attach(nodeSink(outgoing));
  outgoing.on("close", () => stream.disconnected());
}
