import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { ConversationScreen } from "@/components/conversation/conversation-screen";
import type { Painted } from "@/lib/client/messenger";
import { displayName } from "@/lib/client/person";
import { currentCaller } from "@/lib/server/auth/current-user";
import { HttpError } from "@/lib/server/http/errors";
import { newId } from "@/lib/server/ids";
import { readConversation } from "@/lib/server/snapshot";

type Props = { params: Promise<{ conversationId: string }> };

/** Once a request, for the title and the page alike. */
const read = cache(async (conversationId: string): Promise<Painted> => {
  const caller = await currentCaller();
  if (!caller) redirect(`/sign-in?callbackUrl=${encodeURIComponent(`/c/${conversationId}`)}`);
  try {
    return await readConversation(caller.user, conversationId);
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) notFound();
    throw error;
  }
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { conversation } = await read((await params).conversationId);
  return { title: conversation.otherParticipant ? displayName(conversation.otherParticipant) : "Group" };
}

export default async function ConversationPage({ params }: Props) {
  const { conversationId } = await params;
  return <ConversationScreen key={conversationId} id={conversationId} read={await read(conversationId)} formId={newId()} />;
}
