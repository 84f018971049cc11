import { z } from "zod";
import { Reason, says, sentenceIn } from "./errors/entry";

/** Who signs in to an account from elsewhere, and at whom: `name` is blank where it is not known. */
const identity = { issuer: z.string().default("An identity"), name: z.string().default("") };

/** What can happen to an account that its owner should hear of. Each also says from which `device`, where it is known. */
export const NOTICES = {
  password_changed: says("Your password was changed."),
  password_set: says("A password was set for your account."),
  identity_linked: says(identity, (p) => `${nameOf(p)} was linked to your account and can sign in to it.`),
  identity_unlinked: says(identity, (p) => `${nameOf(p)} was unlinked from your account.`),
};
export type NoticeCode = keyof typeof NOTICES;

/** What happened, as a code and its parameters, and as a sentence. A newer server may send other codes. */
export const Notice = Reason.extend({
  id: z.string(),
  params: z.record(z.string(), z.string()),
  /** A server of the version before sends none. */
  message: z.string().optional(),
  createdAt: z.string(),
  /** Taken off the screen already. */
  dismissed: z.boolean(),
});
export type Notice = z.infer<typeof Notice>;

/** What a notice says: of a code that is not known here, what the server says. */
export function sentenceOfNotice({ message = "Your account was changed.", ...why }: Reason & Pick<Notice, "message">): string {
  return sentenceIn(NOTICES, why, message);
}

function nameOf({ issuer, name }: { issuer: string; name: string }): string {
  return name ? `${issuer} (${name})` : issuer;
}
