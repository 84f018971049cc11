import { useMemo, useState } from "react";
import { sentence } from "@/lib/protocol/errors/codes";
import type { Group } from "@/lib/protocol/groups";
import type { FoundUser, User } from "@/lib/protocol/users";
import { ApiError } from "../request";
import type { MessengerState } from "../store/state";
import { useMessenger } from "./hooks";
import { matchOf, searchWords } from "./search-words";
import { useUserSearch } from "./user-search";

/** What a search offers: a conversation to go to, or somebody to start one with. `key` names it in its list. */
export type Found =
  | { kind: "conversation"; key: string; id: string; user: User }
  | { kind: "group"; key: string; id: string; group: Group }
  | { kind: "person"; key: string; user: User };

export type FoundGroup = { value: string; items: Found[] };

/** Where a search stands, besides what it has found. */
export type FindStatus =
  | { kind: "found" | "searching" | "nothing asked" | "nobody" }
  /** `retry` is null where the same again would fail again. */
  | { kind: "failed"; message: string; retry: (() => void) | null };

/** Conversations shown before anything is typed. */
const SHOWN_UNASKED = 6;

/** Held conversations at once, everybody else as soon as the server has answered. */
export function useFind(openId: string | null) {
  const [text, setText] = useState("");
  /** What was chosen could not be gone to. */
  const [refused, refuse] = useState<FindStatus | null>(null);
  const conversations = useMessenger((state) => state.conversations);
  const users = useMessenger((state) => state.users);
  const order = useMessenger((state) => state.order);
  const asked = searchWords(text).join(" ");
  const { answer, error, again } = useUserSearch(asked);

  const groups = useMemo(() => {
    const held = heldConversations({ conversations, users, order });
    if (asked === "") return grouped(held.filter(({ key }) => key !== openId).slice(0, SHOWN_UNASKED));
    const words = asked.split(" ");
    const known = new Set(held.map((one) => (one.kind === "group" ? one.id : one.user.id)));
    // What was found for the text before is narrowed down until the answer to this one is there.
    const others = answer.users.filter((user) => !known.has(user.id)).map(toFound);
    return grouped(best([...held, ...others.filter(({ kind }) => kind === "conversation")], words), best(others.filter(isPerson), words));
  }, [conversations, users, order, answer, asked, openId]);

  const settled = asked === "" || answer.to === asked;
  const empty = asked === "" ? "nothing asked" : "nobody";
  const failure = refused ?? (error === null ? null : failed(error, again));
  const status: FindStatus = failure ?? { kind: groups.length > 0 ? "found" : settled ? empty : "searching" };
  return {
    text,
    setText(next: string): void {
      refuse(null);
      setText(next);
    },
    groups,
    status,
    fail: (cause: unknown, retry: () => void) => refuse(failed(cause, retry)),
  };
}

function failed(error: unknown, retry: () => void): FindStatus {
  const known = error instanceof ApiError ? error : null;
  return { kind: "failed", message: known?.message ?? sentence("not_done"), retry: known && !known.transient ? null : retry };
}

/** Those of the list in its order, then those that were opened from elsewhere. */
function heldConversations({ conversations, users, order }: Pick<MessengerState, "conversations" | "users" | "order">): Found[] {
  return [...new Set([...order, ...conversations.ids()])].flatMap((id): Found[] => {
    const { group = null, otherId = null } = conversations.get(id) ?? {};
    if (group) return [{ kind: "group", key: id, id, group }];
    const user = users[otherId ?? ""];
    return user ? [{ kind: "conversation", key: id, id, user }] : [];
  });
}

function toFound({ conversationId: id, ...user }: FoundUser): Found {
  return id === null ? { kind: "person", key: user.id, user } : { kind: "conversation", key: id, id, user };
}

const isPerson = ({ kind }: Found): boolean => kind === "person";

/** Those whose words begin so, then those that hold them inside; the order among each stays. */
function best(found: Found[], words: readonly string[]): Found[] {
  const matching = found.map((one) => ({ one, match: matchOf(namesOf(one), words) })).filter(({ match }) => match > 0);
  return matching.sort((a, b) => b.match - a.match).map(({ one }) => one);
}

function namesOf(found: Found): Pick<User, "username" | "name"> {
  return found.kind === "group" ? { username: found.group.name, name: null } : found.user;
}

function grouped(conversations: Found[], people: Found[] = []): FoundGroup[] {
  return [
    { value: "Conversations", items: conversations },
    { value: "People", items: people },
  ].filter(({ items }) => items.length > 0);
}
