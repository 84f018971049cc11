import { connect, type Socket } from "node:net";

/** What came back on a connection of its own, to the letter: for requests that no HTTP client would send. */
export type RawAnswer = { status: number; head: string; body: string };

/** Sends this, from one of the addresses of the loopback, and resolves once the server has ended the connection; status 0 where it did so without a word. */
export async function sendRaw(port: number, text: string, localAddress = "127.0.0.1"): Promise<RawAnswer> {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  // A reset after the answer is an end as well.
  const closed = new Promise((resolve) => socket.on("error", () => {}).once("close", resolve));
  socket.write(text);
  await closed;
  const answer = Buffer.concat(chunks).toString();
  const end = answer.indexOf("\r\n\r\n");
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0), head: answer.slice(0, end), body: answer.slice(end + 4) };
}

/** A connection that has asked for something and reads nothing of what comes. */
export async function unread(port: number, path: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  socket.pause();
  await new Promise<void>((sent) => socket.write(`GET ${path} HTTP/1.1\r\nHost: parley.test\r\n\r\n`, () => sent()));
  return socket;
}
