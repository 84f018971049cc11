"use client";
import { createContext, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import type { Conversation } from "@/lib/protocol/conversations";
import type { Messenger } from "../messenger";
import type { Connection, MessengerState } from "../store/state";
import { type Stranded, strandedIn, type Words, wordsIn } from "../store/stranded";
import type { OutboxItem } from "../store/unsent";
import { conversationIn, type TranscriptView, transcriptIn } from "../store/views";
import { watchTitle } from "./title";

/** Holds the messenger of this page: `<MessengerContext value={messenger}>`. */
export const MessengerContext = createContext<Messenger | null>(null);

/** The messenger itself, for its actions. */
export function useMessengerActions(): Messenger {
  const messenger = useContext(MessengerContext);
  if (!messenger) throw new Error("There is no MessengerContext above this component.");
  return messenger;
}

/**
 * A part of the state. The selector must give the same reference for the same part, so pick, never build.
 * On the server and while hydrating it sees the state of the first paint.
 */
export function useMessenger<T>(selector: (state: MessengerState) => T): T {
  const messenger = useMessengerActions();
  return useSyncExternalStore(
    messenger.subscribe,
    () => selector(messenger.getState()),
    () => selector(messenger.getInitialState()),
  );
}

/** Runs the messenger (stream, outbox, title) as long as the component is mounted. */
export function useStart(messenger: Messenger): void {
  useEffect(() => {
    const stop = messenger.start();
    const title = watchTitle(document);
    const show = () => title.show(messenger.getState().unread);
    const unsubscribe = messenger.subscribe(show);
    show();
    return () => {
      unsubscribe();
      title.stop();
      stop();
    };
  }, [messenger]);
}

/** How many of a group are online; null where that is not known, such as while one is cut off oneself. */
export function useOnlineCount(groupId: string): number | null {
  return useMessenger(({ connection, onlineInGroup: known }) =>
    known?.id === groupId && connection.status === "open" ? known.count : null,
  );
}

const NO_ITEMS: readonly OutboxItem[] = [];

export const useOrder = (): readonly string[] => useMessenger((state) => state.order);
export const useConversation = (id: string): Conversation | undefined => useMessenger((state) => conversationIn(state, id));
/** Undefined until the conversation was opened. */
export const useTranscript = (id: string): TranscriptView | undefined => useMessenger((state) => transcriptIn(state, id));
export const useOutbox = (id: string): readonly OutboxItem[] => useMessenger((state) => state.outbox[id] ?? NO_ITEMS);
/** What is not sent of a conversation, as its author has written it. */
export function useWords(id: string): readonly Words[] {
  const outbox = useMessenger((state) => state.outbox);
  const drafts = useMessenger((state) => state.drafts);
  return useMemo(() => wordsIn({ outbox, drafts }, id), [outbox, drafts, id]);
}
/** What was written in conversations that one is not in any more. */
export function useStranded(): readonly Stranded[] {
  const outbox = useMessenger((state) => state.outbox);
  const drafts = useMessenger((state) => state.drafts);
  const gone = useMessenger((state) => state.gone);
  return useMemo(() => strandedIn({ outbox, drafts, gone }), [outbox, drafts, gone]);
}
export const useDraft = (id: string): string => useMessenger((state) => state.drafts[id] ?? "");
export const useConnection = (): Connection => useMessenger((state) => state.connection);
