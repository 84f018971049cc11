import { z } from "zod";

/** What can happen to an account that its owner should hear of. */
export const NOTICE_CODES = ["password_changed", "password_set", "identity_linked", "identity_unlinked"] as const;
export type NoticeCode = (typeof NOTICE_CODES)[number];

/** What happened, as a code and its parameters; whoever shows it has the words. A newer server may send other codes. */
export const Notice = z.object({
  id: z.string(),
  code: z.string(),
  params: z.record(z.string(), z.string()),
  createdAt: z.string(),
  /** Taken off the screen already. */
  dismissed: z.boolean(),
});
export type Notice = z.infer<typeof Notice>;
