import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds until a server that ended by itself is started again. */
const AGAIN_MS = 1_000;

/** One server of several, kept running. */
export class Member {
  /** Where it listens; null while it takes no requests. */
  port: number | null = null;
  private child: ChildProcess | null = null;
  private ended: Promise<void> = Promise.resolve();
  private wanted = true;

  /** Resolves when it takes requests, or has ended instead. */
  async start(): Promise<void> {
    // The channel tells it when this process is gone, however that came about.
    const child = spawn(process.execPath, ["dist/server.mjs"], {
      env: { ...process.env, HOST: "127.0.0.1", PORT: "0", TRUST_PROXY: "1" },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.child = child;
    this.ended = new Promise((resolve) => child.once("exit", () => resolve()));
    void this.ended.then(() => this.gone());
    await Promise.race([this.ended, this.ready(child)]);
  }

  /** Others take the requests while this one finishes its own and comes back as a new process. */
  async restart(): Promise<void> {
    await this.stop();
    this.wanted = true;
    await this.start();
  }

  async stop(): Promise<void> {
    this.wanted = false;
    this.port = null;
    this.child?.kill("SIGTERM");
    await this.ended;
  }

  private ready(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
      child.once("message", ({ port }: { port: number }) => {
        if (this.wanted) this.port = port;
        resolve();
      });
    });
  }

  private async gone(): Promise<void> {
    this.port = null;
    if (!this.wanted) return;
    await sleep(AGAIN_MS);
    if (this.wanted) await this.start();
  }
}
