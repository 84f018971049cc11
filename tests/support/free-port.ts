import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections (32768 on Linux, 49152 elsewhere): none of these is anybody's source port. */
const FIRST = 20_000;
const END = 30_000;

/**
 * A port for a server of this process to listen on, and to come back to: no other test is given it as long as this
 * process runs.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, END);
    if ((await claim(port)) && (await isUnused(port))) return port;
  }
}

/** A UDP socket of the same number keeps other tests off, is in no server's way, and is gone with this process. */
async function claim(port: number): Promise<boolean> {
  const socket = createSocket("udp4").unref();
  socket.bind({ port, address: "127.0.0.1", exclusive: true });
  return isOurs(once(socket, "listening"));
}

async function isUnused(port: number): Promise<boolean> {
  const probe = createServer();
  probe.listen(port, "127.0.0.1");
  if (!(await isOurs(once(probe, "listening")))) return false;
  await new Promise((closed) => probe.close(closed));
  return true;
}

/** Whether a port could be had; whatever else goes wrong is no reason to try another one. */
async function isOurs(listening: Promise<unknown>): Promise<boolean> {
  try {
    await listening;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return false;
    throw error;
  }
}
