import type { Message } from "@/lib/protocol/messages";
import type { QuietLine } from "@/lib/protocol/quiet-lines";
import type { User } from "@/lib/protocol/users";
import { displayName } from "./person";

/** People who are named in a line; the others are a number. */
const NAMED = 3;

const LINES: Record<string, (who: string, line: QuietLine, whom: string) => string> = {
  created: (who) => `${who} made this group`,
  joined: (who) => `${who} joined`,
  added: (who, _, whom) => `${who} added ${whom}`,
  removed: (who, _, whom) => `${who} removed ${whom}`,
  left: (who) => `${who} left`,
  renamed: (who, { name = "" }) => `${who} named the group “${name}”`,
  described: (who) => `${who} changed the description`,
  pictured: (who) => `${who} changed the picture`,
  role: (who, { role = "participant" }, whom) =>
    role === "participant" ? `${who} made ${whom} a participant again` : `${who} made ${whom} an ${role}`,
  settings: (who) => `${who} changed the settings`,
};

/** What a quiet line says to somebody; of a kind that is not known here, what the server says. */
export function quietSentence({ content, mine, sender, notice }: Message, me: string): string {
  const line = notice && Object.hasOwn(LINES, notice.kind) ? LINES[notice.kind] : undefined;
  if (!notice || !line) return content;
  return line(mine ? "You" : displayName(sender), notice, namesOf(notice, me));
}

function namesOf({ users = [], count = users.length }: QuietLine, me: string): string {
  const named = users.slice(0, count > NAMED + 1 ? NAMED : NAMED + 1).map((user: User) => (user.id === me ? "you" : displayName(user)));
  const more = count - named.length;
  const parts = more > 0 ? [...named, `${more.toLocaleString("en")} others`] : named;
  return parts.length < 2 ? (parts[0] ?? "nobody") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
