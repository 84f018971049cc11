"use client";

import { useRouter } from "next/navigation";
import { Avatar } from "@/components/ui/avatar";
import { PictureForm } from "@/components/ui/picture-form";
import type { Outcome } from "@/lib/client/account/account";
import type { User } from "@/lib/protocol/users";
import { useAccount } from "./account-provider";

/** One's own picture. */
export function AvatarForm({ user }: { user: User }) {
  const router = useRouter();
  const account = useAccount();

  async function settle(work: Promise<Outcome<User>>) {
    const { errors } = await work;
    if (!errors) router.refresh();
    const message = errors?.avatar ?? errors?.form;
    return message ? { message, final: errors?.avatar !== undefined } : null;
  }

  return (
    <PictureForm
      hasPicture={user.avatarURL !== null}
      hint="Cut to a square. Without one, your initials stand here."
      upload={(file) => settle(account.uploadAvatar(file))}
      remove={() => settle(account.removeAvatar())}
    >
      {(chosen) => <Avatar user={chosen ? { ...user, avatarURL: chosen } : user} size="lg" />}
    </PictureForm>
  );
}
