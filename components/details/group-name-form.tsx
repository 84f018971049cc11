"use client";

import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/text-area";
import { TextField } from "@/components/ui/text-field";
import { ApiError } from "@/lib/client/request";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import type { Group } from "@/lib/protocol/groups";
import { GROUP_DESCRIPTION_MAX } from "@/lib/protocol/limits";

/** What a group is called, and what it is for. */
export function GroupNameForm({ group }: { group: Group }) {
  const messenger = useMessengerActions();
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [done, setDone] = useState(false);
  const [pending, startTransition] = useTransition();

  const save = (form: FormData) =>
    startTransition(async () => {
      const input = { name: String(form.get("name")), description: String(form.get("description")) };
      try {
        await messenger.changeGroup(group.id, input);
        setErrors({});
        setDone(true);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        setErrors(Object.keys(error.fields).length > 0 ? error.fields : { form: error.message });
        setDone(false);
      }
    });

  return (
    <form
      noValidate
      className="grid gap-3"
      onInput={() => setDone(false)}
      onSubmit={(event) => {
        event.preventDefault();
        save(new FormData(event.currentTarget));
      }}
    >
      <TextField label="Name" name="name" dir="auto" autoComplete="off" defaultValue={group.name} error={errors.name} />
      <TextArea
        label="What it is for"
        name="description"
        dir="auto"
        rows={3}
        maxLength={GROUP_DESCRIPTION_MAX}
        defaultValue={group.description}
        error={errors.description}
      />
      <div className="flex items-center gap-3">
        <Button type="submit" disabled={pending}>
          Save
        </Button>
        <p role="status" className={`text-sm ${errors.form ? "text-danger" : "text-success"}`}>
          {errors.form ?? (done ? "Saved." : null)}
        </p>
      </div>
    </form>
  );
}
