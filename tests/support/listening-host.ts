import type { ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Limits } from "@/lib/host/connections";
import { createHost, type Fallback } from "@/lib/host/http";

export interface ListeningHost {
  url: string;
  port: number;
  /** Answers whose connections stand. */
  answers: Set<ServerResponse>;
  close(): Promise<void>;
}

const nothing: Fallback = (_, response) => void response.writeHead(404).end();

/** Our own host in the process of the test, on a real socket: so that what it holds can be looked at. */
export async function listen(fallback = nothing, limits?: Limits): Promise<ListeningHost> {
  const answers = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  const server = createHost(fallback, limits);
  server.on("request", (_, response) => {
    answers.add(response);
    response.once("close", () => answers.delete(response));
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    answers,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
