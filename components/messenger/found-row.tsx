import { MessageSquarePlus } from "lucide-react";
import { Avatar, PersonName } from "@/components/ui/avatar";
import type { Found } from "@/lib/client/find";

/** Somebody whom the search found: a conversation to go to, or a person to start one with. */
export function FoundRow({ found }: { found: Found }) {
  if (found.kind === "person") {
    return (
      <>
        <span aria-hidden="true" className="flex size-8 shrink-0 items-center justify-center rounded-full bg-selected text-accent">
          <MessageSquarePlus className="size-4" />
        </span>
        <span className="truncate">@{found.username}</span>
        <span className="ms-auto shrink-0 text-sm text-muted">New conversation</span>
      </>
    );
  }
  return (
    <>
      <Avatar user={found.user} size="sm" />
      <span className="flex min-w-0 items-baseline gap-2">
        <PersonName user={found.user} className="font-medium" />
        {found.user.name && <span className="truncate text-sm text-muted">@{found.user.username}</span>}
      </span>
    </>
  );
}
