"use client";

import { Combobox } from "@base-ui/react/combobox";
import { Check, X } from "lucide-react";
import { useState } from "react";
import { Avatar, PersonName } from "@/components/ui/avatar";
import { usePeopleSearch } from "@/lib/client/screen/people-search";
import { displayName } from "@/lib/client/screen/person";
import type { User } from "@/lib/protocol/users";

type Props = { chosen: readonly User[]; onChange: (users: User[]) => void; error?: string | undefined };

/** Chooses people: those who are chosen stand as chips before what one types, and are taken back by Backspace. */
export function PeoplePicker({ chosen, onChange, error }: Props) {
  const [text, setText] = useState("");
  const { people, searching, failure } = usePeopleSearch(text);
  const note = error ?? failure ?? (people.length === 0 && text.trim() !== "" && !searching ? "Nobody here goes by that." : null);
  return (
    <Combobox.Root
      multiple
      inline
      open
      items={people}
      filter={null}
      autoHighlight
      value={[...chosen]}
      onValueChange={(users: User[]) => {
        onChange(users);
        setText("");
      }}
      inputValue={text}
      onInputValueChange={setText}
      itemToStringLabel={displayName}
      isItemEqualToValue={(a: User, b: User) => a.id === b.id}
    >
      <div className="grid min-h-0 content-start gap-1.5">
        <span id="people-label" className="text-sm font-medium">
          People
        </span>
        <Combobox.Chips className="flex max-h-32 min-h-10 touch:min-h-11 flex-wrap items-center gap-1 overflow-y-auto rounded-md bg-raised p-1 shadow-[inset_0_0_0_1px_var(--color-field)]">
          {chosen.map((user) => (
            <Combobox.Chip
              key={user.id}
              aria-label={displayName(user)}
              className="flex h-8 max-w-48 items-center gap-1 rounded-full bg-hover ps-3 pe-1 text-sm outline-none focus-within:outline-2 data-highlighted:outline-2"
            >
              <PersonName user={user} />
              <Combobox.ChipRemove
                aria-label={`Take ${displayName(user)} out`}
                className="inline-flex size-6 touch:size-8 shrink-0 items-center justify-center rounded-full text-muted hover:text-text"
              >
                <X aria-hidden="true" className="size-3.5" />
              </Combobox.ChipRemove>
            </Combobox.Chip>
          ))}
          <Combobox.Input
            aria-labelledby="people-label"
            placeholder={chosen.length === 0 ? "Name or username" : ""}
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            className="h-8 min-w-28 flex-1 bg-transparent px-2 outline-none placeholder:text-muted"
          />
        </Combobox.Chips>
        <Combobox.List className="-mx-1 max-h-60 min-h-0 overflow-y-auto overscroll-contain empty:hidden">
          {(user: User) => (
            <Combobox.Item
              key={user.id}
              value={user}
              className="flex min-h-11 items-center gap-3 rounded-sm px-2 outline-none data-highlighted:bg-hover"
            >
              <Avatar user={user} size="sm" />
              <span className="flex min-w-0 flex-1 items-baseline gap-2">
                <PersonName user={user} />
                {user.name && <span className="max-w-1/2 shrink-0 truncate text-sm text-muted">@{user.username}</span>}
              </span>
              <Combobox.ItemIndicator className="text-accent">
                <Check aria-hidden="true" className="size-4" />
              </Combobox.ItemIndicator>
            </Combobox.Item>
          )}
        </Combobox.List>
        <Combobox.Status className={`text-sm empty:hidden ${error ? "text-danger" : "text-muted"}`}>{note}</Combobox.Status>
      </div>
    </Combobox.Root>
  );
}
