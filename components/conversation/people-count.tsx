"use client";

import { useOnlineCount } from "@/lib/client/screen/hooks";
import { peopleCount } from "@/lib/client/screen/person";
import type { Group } from "@/lib/protocol/groups";

/** How many are in a group and, where that is known and there are others, how many of them are online. */
export function PeopleCount({ group, className }: { group: Pick<Group, "id" | "participantCount">; className?: string }) {
  const online = useOnlineCount(group.id);
  return (
    <span className={className}>
      {peopleCount(group.participantCount)}
      {online !== null && online > 1 && <span className="tabular-nums">, {online.toLocaleString("en")} online</span>}
    </span>
  );
}
