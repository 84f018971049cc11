import type { Notice, NoticeCode } from "@/lib/protocol/notices";

const SENTENCES: Record<NoticeCode, (who: string) => string> = {
  password_changed: () => "Your password was changed.",
  password_set: () => "A password was set for your account.",
  identity_linked: (who) => `${who} was linked to your account and can sign in to it.`,
  identity_unlinked: (who) => `${who} was unlinked from your account.`,
};

/** What a notice says. */
export function sentenceOf({ code, params: { issuer = "An identity", name = "" } }: Notice): string {
  const sentence = Object.hasOwn(SENTENCES, code) ? SENTENCES[code as NoticeCode] : null;
  return sentence?.(name ? `${issuer} (${name})` : issuer) ?? "Your account was changed.";
}
