import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { ConversationScreen } from "@/components/conversation/conversation-screen";
import type { ConversationSnapshot } from "@/lib/client/messenger";
import { conversationName } from "@/lib/client/screen/person";
import { currentCaller } from "@/lib/server/auth/current-user";
import { HttpError } from "@/lib/server/http/errors";
import { newId } from "@/lib/server/ids";
import { snapshotConversation } from "@/lib/server/snapshot";

/** `view` is "details": they have an address of their own, and the frame shows them beside the conversation or over it. */
type Props = { params: Promise<{ conversationId: string; view?: string[] }> };

/** Once a request, for the title and the page alike. */
const snapshotOf = cache(async (conversationId: string): Promise<ConversationSnapshot> => {
  const caller = await currentCaller();
  if (!caller) redirect(`/sign-in?callbackUrl=${encodeURIComponent(`/c/${conversationId}`)}`);
  try {
    return await snapshotConversation(caller.user, conversationId);
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) notFound();
    throw error;
  }
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { conversation } = await snapshotOf((await params).conversationId);
  return { title: conversationName(conversation) };
}

export default async function ConversationPage({ params }: Props) {
  const { conversationId, view = ["details"] } = await params;
  if (view.join("/") !== "details") notFound();
  return <ConversationScreen key={conversationId} id={conversationId} snapshot={await snapshotOf(conversationId)} formId={newId()} />;
}
