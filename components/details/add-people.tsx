"use client";

import { useState, useTransition } from "react";
import { PeoplePicker } from "@/components/groups/people-picker";
import { Button } from "@/components/ui/button";
import { ApiError } from "@/lib/client/request";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import { peopleCount } from "@/lib/client/screen/person";
import { sentence } from "@/lib/protocol/errors/codes";
import type { User } from "@/lib/protocol/users";

/** Adds people to a group: whoever is in it already is simply in it. */
export function AddPeople({ groupId, onDone }: { groupId: string; onDone: () => void }) {
  const { ask } = useMessengerActions();
  const [chosen, choose] = useState<User[]>([]);
  const [error, setError] = useState<string>();
  const [pending, startTransition] = useTransition();

  const add = () =>
    startTransition(async () => {
      const usernames = chosen.map(({ username }) => username);
      const refused = await ask.addParticipants(groupId, usernames).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (!refused) return onDone();
      setError(refused instanceof ApiError ? refused.message : sentence("not_done"));
    });

  return (
    <div className="grid gap-4 px-2">
      <PeoplePicker
        chosen={chosen}
        onChange={(users) => {
          setError(undefined);
          choose(users);
        }}
        error={error}
      />
      <Button look="primary" disabled={pending || chosen.length === 0} onClick={add}>
        {chosen.length === 0 ? "Add" : `Add ${peopleCount(chosen.length)}`}
      </Button>
    </div>
  );
}
