import "server-only";
import { createHmac } from "node:crypto";
import { config } from "../config";
import { query } from "../db";

/** How long a network counts as known after the last sign-in or renewal there, and how many a user has. */
const KNOWN_DAYS = 60;
const KNOWN_MAX = 20;

const KNOWN = {
  name: "known_network",
  text: `SELECT FROM known_networks WHERE user_id = $1 AND network = $2 AND seen_at > now() - interval '${KNOWN_DAYS} days'`,
};

const REMEMBER = {
  name: "remember_network",
  text: `WITH kept AS (
           INSERT INTO known_networks (user_id, network) VALUES ($1, $2)
           ON CONFLICT (user_id, network) DO UPDATE SET seen_at = now()
         )
         DELETE FROM known_networks WHERE user_id = $1 AND network <> $2 AND (
           seen_at < now() - interval '${KNOWN_DAYS} days' OR network IN (
             SELECT network FROM known_networks WHERE user_id = $1 AND network <> $2 ORDER BY seen_at DESC OFFSET ${KNOWN_MAX - 1}
           )
         )`,
};

const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Whether a user has signed in from there lately. Costs the same for a name that nobody has (`null`), and is then false. */
export async function isKnownNetwork(userId: string | null, address: string): Promise<boolean> {
  const owner = userId ?? NOBODY;
  return (await query(KNOWN, [owner, digest(owner, address)])).length > 0;
}

export async function rememberNetwork(userId: string, address: string): Promise<void> {
  await query(REMEMBER, [userId, digest(userId, address)]);
}

/** Keyed by account and secret: the table tells a reader no address, nor which accounts share one. */
function digest(userId: string, address: string): string {
  return createHmac("sha256", config().AUTH_SECRET).update(`network ${userId} ${address}`).digest("base64url");
}
