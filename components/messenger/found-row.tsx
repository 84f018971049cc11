import { Avatar, GroupAvatar, PersonName } from "@/components/ui/avatar";
import type { Found } from "@/lib/client/screen/find";
import { peopleCount } from "@/lib/client/screen/person";

/** Somebody or a group whom the search found: a conversation to go to, or a new one to start. */
export function FoundRow({ found }: { found: Found }) {
  if (found.kind === "group") {
    const { group } = found;
    return (
      <>
        <GroupAvatar group={group} size="sm" />
        <span className="flex min-w-0 flex-1 items-baseline gap-2">
          <bdi dir="auto" className="truncate font-medium">
            {group.name}
          </bdi>
          <span className="shrink-0 text-sm text-muted">{peopleCount(group.participantCount)}</span>
        </span>
      </>
    );
  }
  const { kind, user } = found;
  return (
    <>
      <Avatar user={user} size="sm" />
      <span className="flex min-w-0 flex-1 items-baseline gap-2">
        <PersonName user={user} className="font-medium" />
        {user.name && <span className="max-w-1/2 shrink-0 truncate text-sm text-muted">@{user.username}</span>}
      </span>
      {kind === "person" && <span className="shrink-0 text-sm text-muted max-sm:sr-only">New conversation</span>}
    </>
  );
}
