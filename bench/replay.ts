import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createMessenger, type Messenger, type Snapshot } from "../lib/client/messenger";
import { rowsOf } from "../lib/client/screen/transcript-rows";
import { conversationIn, transcriptIn } from "../lib/client/store/views";
import type { EventSourceLike } from "../lib/client/sync/stream";
import { Conversation } from "../lib/protocol/conversations";
import { EVENT_NAMES, eventData, type StreamEvent } from "../lib/protocol/events";
import { REPLAY_MAX } from "../lib/protocol/limits";
import type { Message } from "../lib/protocol/messages";
import { median } from "./numbers";
import { alone } from "./report";
import type { Part } from "./stage";

const CONVERSATIONS = 500;
const ROUNDS = 5;
const ME = userOf("me");

/** (j) A page that was away for long, with all it holds: what it missed comes from its first frame to the one drawing. */
export const replay: Part = async (_stage, tell) => {
  const [first, ...later] = Array.from({ length: ROUNDS }, measure) as [Measured, ...Measured[]];
  const what = `(j) replay of ${REPLAY_MAX.toLocaleString("en")} events over ${CONVERSATIONS} conversations`;
  tell(
    alone(`${what}, first`, "ms", first.ms, { atMost: 300 }),
    alone("(j) once its code is compiled", "ms", median(later.map(({ ms }) => ms)), { atMost: 300 }),
    alone("(j) drawings of it", "", Math.max(first.drawings, ...later.map(({ drawings }) => drawings)), { atMost: 1 }),
  );
};

/** Of the setting-up: a page that was away has made none. */
const collectGarbage: () => void = (() => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
})();

type Measured = { ms: number; drawings: number };

/** A page of its own, and frames as text, as they come from the wire. */
function measure(): Measured {
  const source = new Wire();
  const messenger = createMessenger(snapshot(), {
    fetch: () => new Promise(() => {}),
    connect: () => source,
    openChannel: undefined,
    locks: undefined,
    localStorage: undefined,
    sessionStorage: undefined,
    watch: () => () => {},
    isVisible: () => true,
  });
  for (let i = 0; i < 3; i++) messenger.open(idOf(i));
  const stop = messenger.start();
  source.onopen?.call(source as never, {} as Event);
  const missed = frames();
  let drawings = 0;
  const unsubscribe = messenger.subscribe(() => {
    drawings++;
    draw(messenger);
  });
  collectGarbage();
  const began = performance.now();
  for (const [name, data, id] of missed) source.write(name, data, id);
  const ms = performance.now() - began;
  const { conversations, order } = messenger.getState();
  if (conversations.get(order[0] as string)?.lastMessage?.seq !== lastSeqs.get(order[0] as string))
    throw new Error("Not all was taken in.");
  unsubscribe();
  stop();
  return { ms, drawings };
}

/** What the components ask of the state when it has changed: each row of the list, and the rows on screen. */
function draw(messenger: Messenger): void {
  const state = messenger.getState();
  for (const id of state.order) conversationIn(state, id);
  const transcript = transcriptIn(state, state.openId ?? "");
  if (!transcript) throw new Error("Nothing is open.");
  rowsOf({ ...transcript, outbox: [], otherReadSeq: null, zone: "Europe/Lisbon" });
}

const lastSeqs = new Map<string, number>();

/** 500 conversations that are all listed, each with somebody else; the server has brought the last 50 messages of the open one. */
function snapshot(): Snapshot {
  const conversations = Array.from({ length: CONVERSATIONS }, (_, i): Conversation => {
    const lastMessage = messageOf(i, 100, false);
    return Conversation.parse({
      id: idOf(i),
      kind: "direct",
      otherParticipant: userOf(`person ${i}`),
      lastMessage,
      hasUnreadMessages: false,
      unreadCount: 0,
      readSeq: 100,
      otherReadSeq: 0,
      lastSeq: 100,
      listedAt: lastMessage.createdAt,
    });
  });
  const open = conversations[2] as Conversation;
  const messages = Array.from({ length: 50 }, (_, i) => messageOf(2, 51 + i, false));
  const none = { conversations: [], hasMore: false };
  return {
    me: ME,
    conversations: [...conversations].reverse(),
    hasMore: false,
    unread: none,
    transcript: { conversation: open, messages },
    cursor: cursorOf(0),
  };
}

/** Of ten events seven are messages of others, one is one's own, one a message that was changed, and one somebody's reading. */
function frames(): [name: string | null, data: string, id: string][] {
  lastSeqs.clear();
  const events = Array.from({ length: REPLAY_MAX }, (_, i): StreamEvent => {
    const conversation = (i * 7919) % CONVERSATIONS;
    const id = idOf(conversation);
    const seq = lastSeqs.get(id) ?? 100;
    if (i % 10 === 9) return { type: "read", conversationId: id, userId: `person ${conversation}`, seq };
    if (i % 10 === 8)
      return { type: "message", message: { ...messageOf(conversation, seq, false), content: "said otherwise", version: 2 } };
    lastSeqs.set(id, seq + 1);
    const mine = i % 10 === 7;
    return { type: mine ? "sent" : "message", message: messageOf(conversation, seq + 1, mine) };
  });
  const told = [...events, { type: "ready" } as const];
  return told.map((event, i) => [EVENT_NAMES[event.type], JSON.stringify(eventData(event)), cursorOf(i + 1)]);
}

function messageOf(conversation: number, seq: number, mine: boolean): Message {
  const id = idOf(conversation);
  const createdAt = new Date(Date.UTC(2026, 0, 1) + seq * 60_000 + conversation).toISOString();
  const sender = mine ? ME : userOf(`person ${conversation}`);
  return {
    id: `${id} ${seq}`,
    conversationId: id,
    seq,
    content: `Message ${seq}: see you at the harbour at nine`,
    createdAt,
    mine,
    sender,
  };
}

function userOf(id: string) {
  return { id, username: id.replace(" ", ""), name: null, avatarURL: null };
}

function idOf(conversation: number): string {
  return `019aa5e2-7c41-7000-8000-${String(conversation).padStart(12, "0")}`;
}

function cursorOf(n: number): string {
  return n.toString(16).padStart(32, "0");
}

/** A stream whose frames come as fast as they are taken. */
class Wire implements EventSourceLike {
  readyState = 1;
  onopen: EventSource["onopen"] = null;
  onerror: EventSource["onerror"] = null;
  onmessage: EventSource["onmessage"] = null;
  private readonly listeners = new Map<string, (event: MessageEvent) => void>();

  addEventListener(name: string, listener: unknown): void {
    this.listeners.set(name, listener as (event: MessageEvent) => void);
  }

  write(name: string | null, data: string, lastEventId: string): void {
    const event = { data, lastEventId } as MessageEvent;
    if (name === null) this.onmessage?.call(this as never, event);
    else this.listeners.get(name)?.(event);
  }

  close(): void {
    this.readyState = 2;
  }
}
