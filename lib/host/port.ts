import { createServer, type Server } from "node:net";
import { StartError } from "./start-error";

/** Listens, or says in one sentence why not. */
export async function listen(server: Server, port: number, host?: string): Promise<number> {
  await new Promise<void>((listening, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) => failed(explain(error, port, host)));
    server.listen(port, host, listening);
  });
  return (server.address() as { port: number }).port;
}

/** Looks before the slow part of a start. */
export async function requireFreePort(port: number, host?: string): Promise<void> {
  const probe = createServer();
  await listen(probe, port, host);
  await new Promise((closed) => probe.close(closed));
}

/** The first port from this one on that is free. */
export async function findFreePort(port: number, host?: string): Promise<number> {
  try {
    await requireFreePort(port, host);
    return port;
  } catch (error) {
    if (!(error instanceof PortInUse) || port >= 65_535) throw error;
    return findFreePort(port + 1, host);
  }
}

export class PortInUse extends StartError {}

function explain({ code, message }: NodeJS.ErrnoException, port: number, host?: string): StartError {
  if (code === "EADDRINUSE") return new PortInUse(`Port ${port} is in use: stop what uses it, or set PORT to another one.`);
  if (code === "EACCES") return new StartError(`Port ${port} needs rights that this user does not have: set PORT to one above 1023.`);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return new StartError(`This machine has no address ${host}: set HOST to one that it has.`);
  return new StartError(`Port ${port} cannot be used: ${message}.`);
}
