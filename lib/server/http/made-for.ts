import "server-only";
import { HttpError } from "./errors";

/**
 * A page says whose it is. A tab that one person has left open must not act, or hear, with the cookie of another who
 * has signed in since.
 * @param said the user that the page was made for; null where a caller does not say, as programs do
 */
export function requireMadeFor(said: string | null, userId: string | undefined): void {
  if (said !== null && said !== userId) throw new HttpError("signed_in_as_another");
}
