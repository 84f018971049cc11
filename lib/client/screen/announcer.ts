import { isMuted } from "../store/mutes";
import type { MessengerState } from "../store/state";
import { conversationIn } from "../store/views";
import { displayName } from "./person";

/** Milliseconds in which what arrives is said together. */
const GATHER_MS = 900;
/** Characters of a message that are read out; the rest is on screen. */
const SPOKEN_MAX = 200;

/**
 * What to say aloud of the messages that arrive: one alone with its words, several as a number, so that a
 * flood stays one sentence. Only what others send and only while it happens.
 */
export function createAnnouncer(options: {
  getState: () => MessengerState;
  subscribe: (listener: () => void) => () => void;
  say: (text: string) => void;
}) {
  const { getState, subscribe, say } = options;
  let seen = getState();
  let known = lastSeqs(getState());
  let arrived: string[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;

  function look(): void {
    const state = getState();
    if (state.conversations === seen.conversations && state.order === seen.order) return;
    seen = state;
    const before = known;
    known = lastSeqs(state);
    for (const [id, seq] of known) {
      const message = conversationIn(state, id)?.lastMessage;
      const was = before.get(id);
      if (!message || message.mine || (was !== undefined && seq <= was) || (was === undefined && state.loadingMore)) continue;
      const conversation = state.conversations.get(id);
      if (message.notice || (conversation && isMuted(conversation) && id !== state.openId)) continue;
      const from = displayName(message.sender);
      const where = conversation?.group ? `${from} in ${conversation.group.name}` : from;
      arrived.push(id === state.openId ? `${from}: ${message.content.slice(0, SPOKEN_MAX)}` : `New message from ${where}`);
    }
    if (arrived.length > 0) timer ??= setTimeout(speak, GATHER_MS);
  }

  function speak(): void {
    timer = null;
    say(arrived.length === 1 ? (arrived[0] ?? "") : `${arrived.length} new messages`);
    arrived = [];
  }

  const unsubscribe = subscribe(look);
  return () => {
    unsubscribe();
    if (timer) clearTimeout(timer);
  };
}

function lastSeqs(state: MessengerState): Map<string, number> {
  return new Map(state.order.map((id) => [id, state.conversations.get(id)?.lastMessage?.seq ?? 0]));
}
