import { createInterface } from "node:readline";
import { findNatsServer, NO_NATS_SERVER } from "@/scripts/nats-server.mjs";
import { freePort } from "./free-port";
import { spawnProgram } from "./server";

/** A NATS server of our own, which can be killed and comes back at the same port. */
export interface Nats {
  port: number;
  url: string;
  /** Starts it again, after a kill. */
  start(): Promise<void>;
  /** Ends it without a word to anybody. */
  kill(): Promise<void>;
}

export const hasNats = (await findNatsServer()) !== null;

export async function startNats(): Promise<Nats> {
  const program = await findNatsServer();
  if (!program) throw new Error(NO_NATS_SERVER);
  const port = await freePort();
  let kill = async () => {};
  const start = async () => {
    const { child, ended, logs } = spawnProgram(program, ["-a", "127.0.0.1", "-p", String(port)], {});
    kill = async () => {
      child.kill("SIGKILL");
      await ended;
    };
    const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
    const ready = new Promise<void>((resolve) => lines.on("line", (line) => line.includes("Server is ready") && resolve()));
    await Promise.race([ready, ended.then(() => Promise.reject(new Error(`nats-server ended: ${logs()}`)))]);
  };
  await start();
  return { port, url: `nats://127.0.0.1:${port}`, start, kill: () => kill() };
}
