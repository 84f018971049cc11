import type { Group } from "@/lib/protocol/groups";
import type { Role } from "@/lib/protocol/quiet-lines";

/** Somebody's place in a conversation of the model server. */
export type Place = {
  role: Role;
  readSeq: number;
  fromSeq: number;
  muted: string;
  pinned: number | null;
  /** The last line when it was archived. */
  archivedSeq: number | null;
  /** When they joined, of a group. */
  listedAt: string | null;
  version: number;
};

export const NEW_PLACE: Place = {
  role: "participant",
  readSeq: 0,
  fromSeq: 0,
  muted: "no",
  pinned: null,
  archivedSeq: null,
  listedAt: null,
  version: 0,
};

export function groupOf(id: string): Group {
  return {
    id,
    name: id,
    description: "",
    avatarURL: null,
    access: "private",
    history: "all",
    permissions: { add: "everyone", write: "everyone", pin: "everyone", change: "everyone" },
    participantCount: 0,
    everybody: false,
    version: 1,
  };
}
