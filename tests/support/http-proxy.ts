import { createServer, request } from "node:http";

/** A plain proxy before a server, as people put one there: each part of an answer goes on as it comes. */
export async function startHttpProxy(port: number): Promise<{ url: string; stop(): void }> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const upstream = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode as number, answer.headers).flushHeaders();
      answer.pipe(outgoing);
    });
    upstream.on("error", () => outgoing.destroy());
    outgoing.on("close", () => upstream.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(proxy.address() as { port: number }).port}`,
    stop() {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
