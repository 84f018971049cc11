import "server-only";
import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import { join } from "node:path";
import { reason } from "@/lib/protocol/errors/codes";
import type { Reason } from "@/lib/protocol/errors/entry";

/** What one picture may take; what takes more is ended, whatever it is doing. */
const LIMITS = {
  /** Pixels of the picture: a small file can unfold into gigabytes. */
  pixels: 50_000_000,
  /** Scans of a JPEG. Cameras and programs write ten or so; each is a pass over the whole picture. */
  scans: 50,
  /** Bytes that the decoder's process may hold: an AVIF of a kilobyte can take a gigabyte. */
  memory: 384 * 1024 * 1024,
  /** Milliseconds of a processor, since a busy machine should not refuse what a quiet one takes; and of waiting for it. */
  work: 10_000,
  time: 30_000,
};

export type Limits = typeof LIMITS;

/** A picture that is not used, and why. */
export class PictureError extends Error {
  constructor(readonly reason: Reason) {
    super(reason.code);
  }
}

const UNREADABLE = reason("picture_unreadable");
const TOO_DEAR = reason("picture_too_dear");

/** As `worker.mjs` has them. */
const REFUSALS: Readonly<Record<number, Reason>> = {
  10: UNREADABLE,
  11: reason("picture_too_many_pixels", { max: LIMITS.pixels }),
  12: TOO_DEAR,
};

/** How each of the formats begins; in place of a dot any byte may stand. */
const BEGINNINGS = ["\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF8", "RIFF....WEBP", "....ftypavif", "....ftypavis", "....ftypmif1"];

/** Node's own way to its packages, and no secret of ours. */
const PASSED_ON = ["PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR"];

/** Higher is later: people's messages come before pictures. */
const NICENESS = 5;

/** Characters of what a decoder that fails says, for the log. */
const COMPLAINT_MAX = 2_000;

/**
 * A picture as a square WebP of `side` pixels, decoded in a process of its own that ends with it. Throws PictureError for
 * what is no picture, and for one that is ended because it takes more than its limits.
 */
export function decodeSquare(picture: Uint8Array, side: number, limits: Limits = LIMITS): Promise<Uint8Array> {
  if (!isPicture(picture)) return Promise.reject(new PictureError(UNREADABLE));
  return new Promise((resolve, reject) => {
    const { pixels, scans, memory, work, time } = limits;
    const program = join(process.cwd(), "lib/server/pictures/worker.mjs");
    const child = spawn(process.execPath, [program, ...[side, pixels, scans, memory, work].map(String)], {
      env: Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])) as NodeJS.ProcessEnv,
      stdio: "pipe",
    });
    const late = setTimeout(() => child.kill("SIGKILL"), time);
    const made: Buffer[] = [];
    let complaint = "";
    child.stdout.on("data", (chunk: Buffer) => made.push(chunk));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(0, COMPLAINT_MAX)));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(late);
      if (code === 0) resolve(Buffer.concat(made));
      else if (signal !== null) reject(new PictureError(TOO_DEAR));
      else
        reject(
          code !== null && REFUSALS[code] ? new PictureError(REFUSALS[code]) : new Error(`The decoder failed (${code}): ${complaint}`),
        );
    });
    // One that has been ended does not read on; why is told by how it closes.
    child.stdin.on("error", () => {});
    child.stdin.end(picture);
    if (child.pid !== undefined) setPriority(child.pid, NICENESS);
  });
}

function isPicture(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  return BEGINNINGS.some((beginning) => [...beginning].every((letter, i) => letter === "." || letter === head[i]));
}
