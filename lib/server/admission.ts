import "server-only";
import type { Conversation } from "@/lib/protocol/conversations";
import type { User } from "@/lib/protocol/users";
import { config } from "./config";
import { getConversation } from "./conversations";
import type { Statement } from "./db";
import { GroupChange } from "./group-changes";
import { HttpError } from "./http/errors";

// What was said before counts as read, and where the group's history begins with joining it is not theirs to see.
// Who comes back gets a later place than they had.
const ADMIT: Statement = {
  name: "admit_to_group",
  text: `INSERT INTO participants (conversation_id, user_id, read_seq, from_seq, joined_at, version)
         SELECT c.id, a.id, c.last_seq, CASE g.history WHEN 'all' THEN 0 ELSE c.last_seq END, clock_timestamp(), coalesce(f.version + 1, 0)
         FROM conversations c JOIN groups g ON g.conversation_id = c.id CROSS JOIN unnest($2::uuid[]) AS a (id)
         LEFT JOIN former_participants f ON f.conversation_id = c.id AND f.user_id = a.id WHERE c.id = $1
         ON CONFLICT DO NOTHING RETURNING user_id`,
};

/** Lets people into a group; those who are in it already stay as they are. Returns who is new. Throws 409 where it would be too large. */
export async function admit(change: GroupChange, people: readonly User[]): Promise<User[]> {
  const rows = await change.run<{ user_id: string }>(ADMIT, [change.id, people.map(({ id }) => id)]);
  const max = config().GROUP_MAX;
  const isFull = !change.group.everybody && change.group.participantCount + rows.length > max;
  if (isFull && rows.length > 0) throw new HttpError("group_full", { max });
  const added = new Set(rows.map((row) => row.user_id));
  if (added.size > 0) await change.tellPlaces([...added]);
  return people.filter(({ id }) => added.has(id));
}

/** Somebody joins by themselves; who takes part already stays as they are. */
export async function joinAs(change: GroupChange, how = "joined"): Promise<void> {
  if ((await admit(change, [change.caller])).length === 0) return;
  await change.say("joined", `${how}.`);
  await change.tellAll();
}

/** Joins an open group. Throws 404 for any other that the caller takes no part in. */
export async function joinGroup(caller: User, id: string): Promise<Conversation> {
  await GroupChange.run(
    caller,
    id,
    async (change) => {
      if (change.role !== null) return;
      if (change.group.access !== "open") throw new HttpError("group_not_found");
      await joinAs(change);
    },
    { outsider: "open" },
  );
  return getConversation(caller, id);
}
