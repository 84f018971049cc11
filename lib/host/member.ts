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

  /** Resolves when it takes requests: true; or has ended instead: false. */
  async start(): Promise<boolean> {
    // The channel tells it when this process is gone, however that came about.
    const child = spawn(process.execPath, ["dist/server.mjs"], {
      env: { ...process.env, HOST: "127.0.0.1", PORT: "0", TRUST_PROXY: "1" },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.child = child;
    this.ended = new Promise((resolve) => child.once("exit", () => resolve()));
    void this.ended.then(() => this.gone());
    return Promise.race([this.ended.then(() => false), this.ready(child)]);
  }

  /** Others take the requests while this one finishes its own and comes back as a new process; resolves as a start does. */
  async restart(): Promise<boolean> {
    await this.stop();
    this.wanted = true;
    return this.start();
  }

  async stop(): Promise<void> {
    this.wanted = false;
    this.port = null;
    this.child?.kill("SIGTERM");
    await this.ended;
  }

  private ready(child: ChildProcess): Promise<boolean> {
    return new Promise((resolve) => {
      child.once("message", ({ port }: { port: number }) => {
        if (this.wanted) this.port = port;
        resolve(true);
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
