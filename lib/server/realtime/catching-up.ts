import "server-only";
import { STREAMS_PER_USER_MAX } from "@/lib/protocol/limits";
import { config } from "../config";
import { FairQueue } from "../fair-queue";
import { single } from "../single";

/** The part of the pool's connections that streams which catch up may hold; the rest is for what people do. */
const SHARE_OF_POOL = 1 / 3;

/** Streams that wait for a look into the log; one that finds more waiting is closed, and its client comes back. */
const WAITING_MAX = 20_000;

/**
 * Looks into the log for streams that catch up, shared out among people: after a restart all come back at once, and one
 * person may hold a hundred streams with much to replay in each.
 */
export function catchingUp(): FairQueue {
  return single("catching up", () => {
    const atOnce = Math.max(1, Math.floor(config().DATABASE_POOL * SHARE_OF_POOL));
    return new FairQueue({ atOnce, waitingMax: WAITING_MAX, waitingOfOne: STREAMS_PER_USER_MAX, busy: "streams_busy" });
  });
}
