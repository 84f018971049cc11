import type { Metadata } from "next";
import { InviteCard } from "@/components/groups/invite-card";
import { NoInvite } from "@/components/groups/no-invite";
import { currentCaller } from "@/lib/server/auth/current-user";
import { config } from "@/lib/server/config";
import { HttpError } from "@/lib/server/http/errors";
import { previewInvite } from "@/lib/server/invites";

export const metadata: Metadata = { title: "Invitation" };

type Props = { params: Promise<{ token: string }> };

/** Where an invite link leads: to what the group is, and into it; by way of sign-in or sign-up for those who are nobody here yet. */
export default async function JoinPage({ params }: Props) {
  const { token } = await params;
  const caller = await currentCaller();
  const preview = await previewInvite(caller?.user ?? null, token).catch((error: unknown) => {
    if (error instanceof HttpError && error.status === 404) return null;
    throw error;
  });
  if (!preview) return <NoInvite />;
  return <InviteCard token={token} preview={preview} me={caller?.user ?? null} signUp={config().SIGN_UP === "open"} />;
}
