"use client";

import { GroupAvatar } from "@/components/ui/avatar";
import { PictureForm } from "@/components/ui/picture-form";
import { Select } from "@/components/ui/select";
import { useAct } from "@/components/ui/trouble";
import { ApiError } from "@/lib/client/request";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import { type ChangeGroupInput, type Group, may, type Permissions, type Who } from "@/lib/protocol/groups";
import type { Role } from "@/lib/protocol/quiet-lines";
import { GroupNameForm } from "./group-name-form";

const ACCESS = [
  ["private", "Private: by invitation"],
  ["open", "Open: anybody finds and joins it"],
] as const;
const HISTORY = [
  ["all", "All that was said"],
  ["joining", "What is said from then on"],
] as const;
const WHO = [
  ["everyone", "Everyone in it"],
  ["administrators", "Administrators"],
] as const;
const MAY: readonly (readonly [keyof Permissions, string])[] = [
  ["write", "Who writes"],
  ["add", "Who adds people and makes links"],
  ["change", "Who changes name and picture"],
];

/** What a group is called and looks like, and who may do what in it. */
export function GroupSettings({ group, role }: { group: Group; role: Role | null }) {
  const messenger = useMessengerActions();
  const act = useAct();
  const set = (input: ChangeGroupInput) => void act(() => messenger.changeGroup(group.id, input));
  const refused = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        return { message: error.message, final: !error.transient };
      },
    );
  return (
    <div className="grid gap-7 px-2 pt-1">
      {may(role, group, "change") && (
        <>
          <PictureForm
            hasPicture={group.avatarURL !== null}
            hint="Cut to a square."
            upload={(file) => refused(messenger.setGroupAvatar(group.id, file))}
            remove={() => refused(messenger.removeGroupAvatar(group.id))}
          >
            {(chosen) => <GroupAvatar group={chosen ? { ...group, avatarURL: chosen } : group} size="lg" />}
          </PictureForm>
          <GroupNameForm group={group} />
        </>
      )}
      {may(role, group, "settings") && (
        <div className="grid gap-4">
          {!group.everybody && <Select label="Who gets in" value={group.access} options={ACCESS} onPick={(access) => set({ access })} />}
          {may(role, group, "history") && (
            <Select label="What newcomers see" value={group.history} options={HISTORY} onPick={(history) => set({ history })} />
          )}
          {MAY.map(([what, label]) => (
            <Select
              key={what}
              label={label}
              value={group.permissions[what]}
              options={WHO}
              onPick={(who: Who) => set({ permissions: { [what]: who } })}
            />
          ))}
        </div>
      )}
    </div>
  );
}
