import { Agent, createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBalancer } from "@/lib/host/balancer";

type Place = { server: Server; sockets: Set<Socket>; connections: number };

let places: Place[];
let balancer: Server;
const agent = new Agent({ keepAlive: true });

beforeEach(async () => {
  places = await Promise.all(
    ["one", "two"].map(async (name) => {
      const server = createServer((incoming, outgoing) => void incoming.resume().on("end", () => outgoing.end(name)));
      const place: Place = { server, sockets: new Set(), connections: 0 };
      server.on("connection", (socket) => {
        place.connections++;
        place.sockets.add(socket);
      });
      await started(server);
      return place;
    }),
  );
  const ports = places.map(({ server }) => portOf(server));
  balancer = await started(
    createBalancer(
      () => ports,
      () => false,
    ),
  );
});

afterEach(() => {
  for (const server of [balancer, ...places.map((place) => place.server)]) {
    server.closeAllConnections();
    server.close();
  }
});

async function started(server: Server): Promise<Server> {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

function ask(method: string, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: portOf(balancer), method, agent }, async (answer: IncomingMessage) => {
      let text = "";
      for await (const chunk of answer) text += chunk;
      resolve({ status: answer.statusCode as number, text });
    });
    asked.on("error", reject).end(body);
  });
}

test("a hundred requests go to the servers in turn, over one connection to each", async () => {
  const answers = [];
  for (let i = 0; i < 50; i++) answers.push(await ask("GET"), await ask("POST", "something"));
  expect(answers.filter(({ text }) => text === "one")).toHaveLength(50);
  expect(answers.filter(({ text }) => text === "two")).toHaveLength(50);
  expect(places.map(({ connections }) => connections)).toEqual([1, 1]);
});

test("a connection that a server closes just as a request goes out fails nobody who only asks", async () => {
  for (let i = 0; i < 4; i++) await ask("GET");
  // Ended there, and not yet known here.
  for (const { sockets } of places) for (const socket of sockets) socket.resetAndDestroy();
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask("GET")));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
});

test("what a server has not seen goes to another one", async () => {
  places[0]?.server.close();
  for (const socket of places[0]?.sockets ?? []) socket.destroy();
  for (let i = 0; i < 4; i++) expect(await ask("POST", "something")).toEqual({ status: 200, text: "two" });
});
