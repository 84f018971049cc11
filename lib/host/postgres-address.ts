import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { type Address, LOOPBACK } from "./postmaster";
import { give, type Identity } from "./unprivileged";

/** Bytes of a socket's path that the system has room for. */
const SOCKET_PATH_MAX = process.platform === "linux" ? 107 : 103;

/** Only names the socket: nothing listens on the network where there is one. */
const SOCKET_PORT = 5432;

/** A port that is free when it is asked for. */
export const ANY_PORT: Address = { host: LOOPBACK, port: 0 };

/**
 * Where the database of a data folder is to listen: at a socket that only its owner reaches, so that nobody else on the
 * machine can connect, or take its place; on a port where the path is too long for one, or the file system has none.
 */
export async function chooseAddress(dataDir: string, identity: Identity): Promise<Address> {
  const folder = join(dataDir, "socket");
  if (Buffer.byteLength(join(folder, `.s.PGSQL.${SOCKET_PORT}`)) > SOCKET_PATH_MAX) return ANY_PORT;
  try {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    await tryOut(join(folder, "tried"));
    give(folder, identity);
    return { host: folder, port: SOCKET_PORT };
  } catch {
    return ANY_PORT;
  }
}

/** The settings by which PostgreSQL listens at an address, and nowhere else. */
export async function listening({ host, port }: Address): Promise<Record<string, string>> {
  if (host !== LOOPBACK) {
    // The setting is a list, in which a quoted name may have commas.
    return { listen_addresses: "", unix_socket_directories: `"${host.replaceAll('"', '""')}"`, port: String(port) };
  }
  return { listen_addresses: host, unix_socket_directories: "", port: String(port || (await freePort())) };
}

/** Folders that a container shares with its host often hold no sockets, or let nobody change their mode as PostgreSQL does. */
async function tryOut(path: string): Promise<void> {
  rmSync(path, { force: true });
  const server = await open({ path });
  chmodSync(path, 0o700);
  await close(server);
}

async function freePort(): Promise<number> {
  const probe = await open({ host: LOOPBACK, port: 0 });
  const { port } = probe.address() as { port: number };
  await close(probe);
  return port;
}

function open(at: { path: string } | Address): Promise<Server> {
  const server = createServer();
  return new Promise((done, failed) => server.once("error", failed).listen(at, () => done(server)));
}

function close(server: Server): Promise<unknown> {
  return new Promise((closed) => server.close(closed));
}
