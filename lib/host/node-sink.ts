import type { ServerResponse } from "node:http";
import type { Sink } from "@/lib/server/realtime/stream";

/** A stream's way to a Node response whose headers have been written. */
export function nodeSink(outgoing: ServerResponse): Sink {
  return {
    write: (frame) => void outgoing.write(frame),
    waiting: () => outgoing.writableLength,
    drained: () => (outgoing.writableNeedDrain ? drained(outgoing) : Promise.resolve()),
    // A reset frees what the kernel holds for a reader that does not read; an ordinary end would keep it for minutes.
    close: (abruptly) => void (abruptly ? (outgoing.socket?.resetAndDestroy() ?? outgoing.destroy()) : outgoing.end()),
  };
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    outgoing.on("drain", done);
    outgoing.on("close", done);
  });
}
