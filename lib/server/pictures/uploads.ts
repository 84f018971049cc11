import "server-only";
import { FairQueue } from "../fair-queue";
import { single } from "../single";
import { decodeSquare } from "./decode";

/** Uploads that are held in memory at a time, each up to AVATAR_BODY_MAX; all further ones are left unread on their connections. */
const HELD = 12;

/** Uploads that wait to be read: of everybody, and of one person. */
const WAITING_MAX = 200;
const WAITING_OF_ONE = 20;

const BUSY = "uploads_busy";

const queues = () =>
  single("pictures", () => ({
    reading: new FairQueue({ atOnce: HELD, waitingMax: WAITING_MAX, waitingOfOne: WAITING_OF_ONE, busy: BUSY }),
    // One at a time: each may take all the memory that a decoder is allowed, and a processor.
    decoding: new FairQueue({ atOnce: 1, waitingMax: HELD, waitingOfOne: 1, busy: BUSY }),
  }));

/**
 * Takes a picture from a person and makes a square of it. It is read once there is room for it, and decoded when it is this
 * person's turn. Throws PictureError for what cannot be used, and 503 where too many wait.
 * @param read reads the upload; whoever reads slowly holds one of the places, so it has to end by itself.
 */
export function takeSquare(personId: string, side: number, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const { reading, decoding } = queues();
  return reading.run(personId, async () => {
    const upload = await read();
    return decoding.run(personId, () => decodeSquare(upload, side));
  });
}
