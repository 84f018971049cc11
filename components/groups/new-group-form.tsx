"use client";

import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { useAct } from "@/components/ui/trouble";
import { ApiError } from "@/lib/client/request";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import { useVisit } from "@/lib/client/screen/visit";
import { randomId } from "@/lib/client/sync/random-id";
import type { User } from "@/lib/protocol/users";
import { GroupPicture } from "./group-picture";
import { PeoplePicker } from "./people-picker";

type Props = { administrator: boolean; everybody: boolean; onDone: () => void };

/** What a new group needs. Tried again it is the same group: it has its id from the beginning. */
export function NewGroupForm({ administrator, everybody, onDone }: Props) {
  const messenger = useMessengerActions();
  const { visit } = useVisit();
  const act = useAct();
  const [clientId] = useState(randomId);
  const [picture, setPicture] = useState<File | null>(null);
  const [people, setPeople] = useState<User[]>([]);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [pending, startTransition] = useTransition();

  function choosePicture(file: File | null) {
    setErrors({});
    setPicture(file);
  }

  async function make(form: FormData) {
    const usernames = people.map(({ username }) => username);
    const { id } = await messenger.makeGroup({ name: String(form.get("name")), usernames }, clientId);
    if (form.get("everybody") === "on") await messenger.changeGroup(id, { everybody: true });
    onDone();
    visit(`/c/${id}`);
    // The group is there: where its picture is refused, that is told beside it.
    if (picture) await act(() => messenger.setGroupAvatar(id, picture));
  }

  return (
    <form
      noValidate
      className="grid min-h-0 gap-4 overflow-y-auto px-5 pt-1 pb-5"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const data = new FormData(form);
        startTransition(async () => {
          try {
            await make(data);
          } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            setErrors(Object.keys(error.fields).length > 0 ? error.fields : { form: error.message });
            if (error.fields.name) form.querySelector<HTMLInputElement>('[name="name"]')?.focus();
          }
        });
      }}
    >
      <div className="flex items-start gap-4">
        <GroupPicture onChoose={choosePicture} onUnreadable={() => setErrors({ form: UNREADABLE })} />
        <TextField label="Name" name="name" dir="auto" autoComplete="off" error={errors.name} className="min-w-0 flex-1" />
      </div>
      <PeoplePicker chosen={people} onChange={setPeople} error={errors.usernames} />
      {administrator && (
        <label className="flex min-h-10 items-center gap-3">
          <input type="checkbox" name="everybody" defaultChecked={everybody} className="size-4.5 accent-accent" />
          Everybody on this server is in it, also who comes later
        </label>
      )}
      {errors.form && (
        <p role="alert" className="text-sm text-danger">
          {errors.form}
        </p>
      )}
      <Button type="submit" look="primary" disabled={pending}>
        Make group
      </Button>
    </form>
  );
}

const UNREADABLE = "This file is not a picture that can be shown here. Choose another.";
