import { connect, createServer, type Socket } from "node:net";

/** A bad network between a browser and a server: what goes through can be cut, slowed down and swallowed. */
export interface TcpProxy {
  port: number;
  url: string;
  /** How many connections there have been. */
  connections(): number;
  /** How many of their ends stand: two for each that passes. */
  standing(): number;
  /** Breaks every connection; new ones pass. */
  cut(): void;
  /** Breaks every connection, and each new one too. */
  refuse(): void;
  /**
   * The connections that there are fall silent for ever, and nobody is told who does not ask: a client that sends on one
   * is reset, as by a router that has forgotten it. New ones pass.
   */
  forget(): void;
  /** From now on nothing passes and nobody is told: connections stay open, and new ones are accepted. */
  blackHole(): void;
  /** From now on everything takes this long, each way. */
  delay(ms: number): void;
  /** All passes again, what was held back first; what was lost stays lost. */
  heal(): void;
  stop(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const forgotten = new WeakSet<Socket>();
  const lines = new Set<Line>();
  let delayMs = 0;
  let swallows = false;
  let count = 0;
  let refuses = false;

  function forward(from: Socket, to: Socket): void {
    const line = createLine(() => !swallows);
    lines.add(line);
    const pass = (work: () => void) => lines.has(line) && line.push(Date.now() + delayMs, work);
    from.on("data", (bytes) => pass(() => to.write(bytes)));
    from.on("end", () => pass(() => to.end()));
    from.on("close", () => pass(() => to.destroy()));
    from.on("error", () => {});
    to.on("close", () => lines.delete(line));
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    count++;
    if (refuses) return void client.destroy();
    const upstream = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("close", () => sockets.delete(socket));
    }
    client.on("data", () => forgotten.has(client) && client.resetAndDestroy());
    forward(client, upstream);
    forward(upstream, client);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connections: () => count,
    standing: () => sockets.size,
    cut,
    refuse() {
      refuses = true;
      cut();
    },
    forget() {
      lines.clear();
      for (const socket of sockets) forgotten.add(socket);
    },
    blackHole() {
      swallows = true;
    },
    delay(ms) {
      delayMs = ms;
    },
    heal() {
      delayMs = 0;
      swallows = false;
      refuses = false;
      for (const line of lines) line.move();
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}

type Line = ReturnType<typeof createLine>;

/** One way of a connection: what comes later never overtakes, however the delay changes meanwhile. */
function createLine(isOpen: () => boolean) {
  const waiting: { due: number; work: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;

  function move(): void {
    clearTimeout(timer);
    while (waiting[0] && isOpen()) {
      const early = waiting[0].due - Date.now();
      if (early > 0) {
        timer = setTimeout(move, early);
        return;
      }
      waiting.shift()?.work();
    }
  }

  return {
    move,
    push(due: number, work: () => void): void {
      waiting.push({ due, work });
      if (waiting.length === 1) move();
    },
  };
}
