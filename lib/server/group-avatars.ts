import "server-only";
import type { Group } from "@/lib/protocol/groups";
import type { User } from "@/lib/protocol/users";
import { squareOf } from "./avatars";
import type { Statement } from "./db";
import { allow, GroupChange, requireRole } from "./group-changes";
import { getGroup } from "./groups";
import { newId } from "./ids";

/** Pixels of a side, as a person's has. */
const SIDE = 256;

const SET: Statement = {
  name: "set_group_avatar",
  text: `WITH stored AS (
           INSERT INTO group_avatars (id, conversation_id, bytes) VALUES ($2, $1, $3)
           ON CONFLICT (conversation_id) DO UPDATE SET id = excluded.id, bytes = excluded.bytes
         )
         UPDATE groups SET avatar_id = $2, version = version + 1 WHERE conversation_id = $1`,
};

const REMOVE: Statement = {
  name: "remove_group_avatar",
  text: `WITH removed AS (DELETE FROM group_avatars WHERE conversation_id = $1)
         UPDATE groups SET avatar_id = NULL, version = version + 1 WHERE conversation_id = $1`,
};

const REFUSAL = "only_administrators_change";

/** Gives a group a picture, as {@link squareOf} makes it. @param read reads the upload; called once there is room for it. */
export async function setGroupAvatar(caller: User, id: string, read: () => Promise<Uint8Array>): Promise<Group> {
  await requireRole(caller.id, id);
  const bytes = await squareOf(caller.id, SIDE, read);
  await GroupChange.run(caller, id, async (change) => {
    allow(change, "change", REFUSAL);
    await change.run(SET, [id, newId(), bytes]);
    await change.say("pictured", "changed the picture.");
    await change.tellAll();
  });
  return getGroup(caller, id);
}

export async function removeGroupAvatar(caller: User, id: string): Promise<Group> {
  await GroupChange.run(caller, id, async (change) => {
    allow(change, "change", REFUSAL);
    if (change.group.avatarURL === null) return;
    await change.run(REMOVE, [id]);
    await change.say("pictured", "took the picture away.");
    await change.tellAll();
  });
  return getGroup(caller, id);
}
