import "server-only";
import { type Cipher, createCipheriv, createDecipheriv, type Decipher, hkdfSync } from "node:crypto";
import { PROTOCOL_VERSION } from "@/lib/protocol/events";
import { config } from "../config";
import { single } from "../single";

/**
 * A place in the event log: every event whose transaction id lies below `position` has been seen.
 *
 * Not the id of the last event: ids are taken before commit and commits overtake one another, so an
 * event with a lower id can appear after one with a higher. The position is the `xmin` of a snapshot
 * (PostgreSQL, "Snapshot Functions"): below it every transaction had ended when the snapshot was taken.
 * It never lies above the last event, because a crash of the database forgets ids that wrote nothing.
 * Resuming there may repeat events, and never misses one; `eventId` names the last one that was seen, 0 none.
 */
export type Cursor = { epoch: string; position: number; eventId: number };

/**
 * What a cursor says counts what everybody does, so it goes out as one block of AES under a key of its own, the same on
 * all servers of a {@link PROTOCOL_VERSION}: four bytes of epoch, by which a foreign or made-up one is known, six of
 * position, and six of the event or, with the first bit set, a random number, so that two looks at a log on which nothing
 * happened differ too.
 */
const BLOCK = 16;
const EPOCH_AT = 0;
const POSITION_AT = 4;
const EVENT_AT = 10;
const NO_EVENT = 2 ** 47;

// A single block needs no chaining, and a cipher without padding keeps no state between blocks: one serves all cursors.
const ciphers = () =>
  single("cursor ciphers", (): { seal: Cipher; open: Decipher } => {
    const key = Buffer.from(hkdfSync("sha256", config().AUTH_SECRET, "", `parley cursor ${PROTOCOL_VERSION}`, BLOCK));
    const [seal, open] = [createCipheriv("aes-128-ecb", key, null), createDecipheriv("aes-128-ecb", key, null)];
    return { seal: seal.setAutoPadding(false), open: open.setAutoPadding(false) };
  });

const block = Buffer.alloc(BLOCK);

/** The SSE `id:` of an event, and what `Last-Event-ID` brings back: 32 hexadecimal digits. */
export function formatCursor({ epoch, position, eventId }: Cursor): string {
  block.writeUInt32BE(Number.parseInt(epoch, 16), EPOCH_AT);
  block.writeUIntBE(position, POSITION_AT, 6);
  block.writeUIntBE(eventId === 0 ? NO_EVENT + Math.floor(Math.random() * NO_EVENT) : eventId, EVENT_AT, 6);
  return ciphers().seal.update(block).toString("hex");
}

const SEALED = /^[0-9a-f]{32}$/;

/** What no server of this secret and version has sent comes out as a cursor of some random epoch, or as null. */
export function parseCursor(text: string): Cursor | null {
  if (!SEALED.test(text)) return null;
  const opened = ciphers().open.update(text, "hex");
  const event = opened.readUIntBE(EVENT_AT, 6);
  return {
    epoch: opened.readUInt32BE(EPOCH_AT).toString(16).padStart(8, "0"),
    position: opened.readUIntBE(POSITION_AT, 6),
    eventId: event >= NO_EVENT ? 0 : event,
  };
}
