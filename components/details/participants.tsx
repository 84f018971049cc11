"use client";

import { useCallback, useDeferredValue, useEffect, useRef, useState } from "react";
import { PeopleCount } from "@/components/conversation/people-count";
import { Avatar, PersonName } from "@/components/ui/avatar";
import { Rows } from "@/components/ui/rows";
import { SearchField } from "@/components/ui/search-field";
import { useMessenger, useMessengerActions } from "@/lib/client/screen/hooks";
import { usePages } from "@/lib/client/screen/pages";
import type { Group, Participant } from "@/lib/protocol/groups";
import { PRESENCE_SHOWN_MAX } from "@/lib/protocol/limits";
import type { Role } from "@/lib/protocol/quiet-lines";
import { ParticipantMenu } from "./participant-menu";

/** From so many on somebody is looked for by name. */
const SEARCH_FROM = 12;

const ROLE_LABELS: Record<Role, string | null> = { owner: "Owner", administrator: "Administrator", participant: null };

/** Who is in a group, as of now: asked for anew when the group tells that this has changed. */
export function Participants({ group, role }: { group: Group; role: Role | null }) {
  const { ask } = useMessengerActions();
  const me = useMessenger((state) => state.me.id);
  const online = useMessenger((state) => state.online);
  // In a larger one nobody is told of all, nor whoever is cut off themselves.
  const shown = useMessenger((state) => state.connection.status === "open" && group.participantCount <= PRESENCE_SHOWN_MAX);
  const [text, setText] = useState("");
  const search = useDeferredValue(text.trim());
  const load = useCallback(
    (before: string | undefined, signal: AbortSignal) => ask.participants(group.id, { search, before }, signal),
    [ask, group.id, search],
  );
  const people = usePages(load, keyOf);
  const { reload } = people;
  const seen = useRef(group.version);
  useEffect(() => {
    if (seen.current === group.version) return;
    seen.current = group.version;
    reload();
  }, [group.version, reload]);

  return (
    <section aria-labelledby="participants" className="mt-5">
      <h3 id="participants" className="px-2 pb-1 text-sm font-medium text-muted">
        <PeopleCount group={group} />
      </h3>
      {group.participantCount >= SEARCH_FROM && (
        <SearchField
          label="Find somebody in this group"
          placeholder="Find somebody"
          value={text}
          onChange={setText}
          className="mb-1 h-10 bg-hover touch:h-11"
        />
      )}
      <Rows pages={people} label="People in this group" empty="Nobody in this group goes by that." keyOf={keyOf}>
        {({ user, role: theirs }) => (
          <div className="flex min-h-12 items-center gap-3 px-2">
            <span className="relative flex shrink-0">
              <Avatar user={user} size="sm" />
              {shown && (online.has(user.id) || user.id === me) && <span className="online-dot" />}
            </span>
            <span className="flex min-w-0 flex-1 items-baseline gap-2">
              <PersonName user={user} />
              {shown && online.has(user.id) && <span className="sr-only">online</span>}
              {user.id === me && <span className="shrink-0 text-sm text-muted">you</span>}
            </span>
            {ROLE_LABELS[theirs] && <span className="shrink-0 text-sm text-muted">{ROLE_LABELS[theirs]}</span>}
            {role && <ParticipantMenu group={group} role={role} user={user} theirs={theirs} onChanged={reload} />}
          </div>
        )}
      </Rows>
    </section>
  );
}

function keyOf({ user }: Participant): string {
  return user.id;
}
