"use client";

import Link from "next/link";
import { GroupAvatar } from "@/components/ui/avatar";
import { Button, buttonClass } from "@/components/ui/button";
import { useAct } from "@/components/ui/trouble";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import { peopleCount } from "@/lib/client/screen/person";
import { useVisit } from "@/lib/client/screen/visit";
import type { ListedGroup } from "@/lib/protocol/groups";

/** A group to join, or to open where one is in it already. */
export function OpenGroupRow({ group }: { group: ListedGroup }) {
  const messenger = useMessengerActions();
  const { visit, onLinkClick } = useVisit();
  const act = useAct();
  const path = `/c/${group.id}`;
  return (
    <div className="flex min-h-18 items-center gap-3 py-2">
      <GroupAvatar group={group} />
      <div className="min-w-0 flex-1">
        <p className="flex font-medium">
          <bdi dir="auto" className="truncate">
            {group.name}
          </bdi>
        </p>
        <p className="flex gap-1 text-sm text-muted">
          <span className="shrink-0">
            {peopleCount(group.participantCount)}
            {group.description && " ·"}
          </span>
          <bdi dir="auto" className="truncate">
            {group.description}
          </bdi>
        </p>
      </div>
      {group.joined ? (
        <Link href={path} prefetch={false} onClick={onLinkClick} aria-label={`Open ${group.name}`} className={buttonClass("quiet")}>
          Open
        </Link>
      ) : (
        <Button
          aria-label={`Join ${group.name}`}
          onClick={async () => {
            if (await act(() => messenger.joinGroup(group.id))) visit(path);
          }}
        >
          Join
        </Button>
      )}
    </div>
  );
}
