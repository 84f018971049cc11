import { Avatar, PersonName } from "@/components/ui/avatar";
import type { Found } from "@/lib/client/screen/find";

/** Somebody whom the search found: their conversation to go to, or a new one to start. */
export function FoundRow({ found: { kind, user } }: { found: Found }) {
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
