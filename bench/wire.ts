import { connect, type Socket } from "node:net";

/**
 * HTTP/1.1 by hand, because the generator shares two cores with what it measures: a request is one string, an answer
 * is read no further than its length. It speaks to our own two servers on loopback and to nobody else.
 */
export type Answer = { status: number; body: string };

/** A kept-alive connection; requests on it go one after the other. */
export class Connection {
  private readonly socket: Socket;
  private received = "";
  private answered: ((answer: Answer) => void) | null = null;
  private failed: ((error: Error) => void) | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly port: number,
    private readonly token: string,
  ) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("data", (chunk) => this.read(chunk));
    this.socket.on("error", (error) => this.failed?.(error));
    this.socket.on("close", () => this.failed?.(new Error("The server closed a connection.")));
  }

  get(path: string): Promise<Answer> {
    return this.request(`GET ${path} HTTP/1.1\r\n${head(this.port, this.token)}\r\n`);
  }

  post(path: string, body: object): Promise<Answer> {
    const json = JSON.stringify(body);
    const length = `Content-Type: application/json\r\nContent-Length: ${json.length}\r\n`;
    return this.request(`POST ${path} HTTP/1.1\r\n${head(this.port, this.token)}${length}\r\n${json}`);
  }

  close(): void {
    this.failed = null;
    this.socket.destroy();
  }

  private request(text: string): Promise<Answer> {
    const answer = this.last.then(
      () =>
        new Promise<Answer>((resolve, reject) => {
          this.answered = resolve;
          this.failed = reject;
          this.socket.write(text, "latin1");
        }),
    );
    this.last = answer.catch(() => {});
    return answer;
  }

  private read(chunk: Buffer): void {
    this.received += chunk.toString("latin1");
    const end = this.received.indexOf("\r\n\r\n") + 4;
    if (end < 4) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.received.slice(0, end))?.[1];
    if (length === undefined) throw new Error(`An answer without a length: ${this.received}`);
    if (this.received.length < end + Number(length)) return;
    const answer = { status: Number(this.received.slice(9, 12)), body: this.received.slice(end) };
    this.received = "";
    this.answered?.(answer);
  }
}

/** What the generator needs of an event: its message's number in the conversation, and the text. */
export type Heard = { seq: number; content: string; own: boolean };

/** An open event stream. */
export class Listener {
  /** Resolves with the headers. */
  readonly opened: Promise<void>;
  private readonly socket: Socket;
  private received = "";
  /** Highest message number heard; everybody listens to one conversation. */
  lastSeq = 0;

  constructor(port: number, token: string, onHeard: (heard: Heard, listener: Listener) => void) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.write(`GET /api/messages HTTP/1.1\r\n${head(port, token)}Accept: text/event-stream\r\n\r\n`);
    this.opened = new Promise((resolve, reject) => {
      this.socket.on("error", reject);
      this.socket.once("data", (chunk) => {
        if (chunk.toString("latin1", 0, 12) === "HTTP/1.1 200") resolve();
        else reject(new Error(`A stream was refused: ${chunk.toString("latin1")}`));
        this.socket.on("data", (more) => this.read(more, onHeard));
      });
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer, onHeard: (heard: Heard, listener: Listener) => void): void {
    const frames = (this.received + chunk.toString("latin1")).split("\n\n");
    this.received = frames.pop() ?? "";
    for (const frame of frames) {
      const at = frame.indexOf('"content":"');
      if (at < 0) continue;
      const seq = Number.parseInt(frame.slice(frame.indexOf('"seq":') + 6), 10);
      onHeard({ seq, content: frame.slice(at + 11, at + 30), own: frame.includes("event: sent\n") }, this);
    }
  }
}

function head(port: number, token: string): string {
  return `Host: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n`;
}
