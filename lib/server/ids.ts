import "server-only";
import { randomFillSync } from "node:crypto";

const POOL = 16 * 128;
const bytes = Buffer.allocUnsafe(POOL);
let used = POOL;

/** A UUIDv7 (RFC 9562, 5.7): begins with the time, so that new rows land at the end of an index. */
export function newId(): string {
  if (used === POOL) {
    randomFillSync(bytes);
    used = 0;
  }
  const id = bytes.subarray(used, used + 16);
  used += 16;
  id.writeUIntBE(Date.now(), 0, 6);
  id[6] = 0x70 | ((id[6] ?? 0) & 0x0f);
  id[8] = 0x80 | ((id[8] ?? 0) & 0x3f);
  const hex = id.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Ids are opaque to callers: one that is no UUID is merely unknown, never an error of the database. So is one in
 * capitals, which the database would take for the same: streams and caches compare letters.
 */
export function isId(text: string): boolean {
  return UUID.test(text);
}
