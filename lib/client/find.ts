import { useEffect, useMemo, useState } from "react";
import type { User } from "@/lib/protocol/users";
import { ApiError } from "./api";
import { useMessenger } from "./hooks";
import type { Messenger } from "./messenger";
import { displayName } from "./person";

/** What a search offers. `key` names it in its list. */
export type Found = { kind: "conversation"; key: string; id: string; user: User } | { kind: "person"; key: string; username: string };

export type FoundGroup = { value: string; items: Found[] };

/** Conversations shown before anything is typed. */
const SHOWN_UNASKED = 6;
/** Milliseconds without a key before the server is asked. */
const PAUSE_MS = 120;

/** Held conversations by name at once, people by the beginning of their username a moment later. */
export function useFind(messenger: Messenger, openId: string | null) {
  const [text, setText] = useState("");
  const [people, setPeople] = useState<{ for: string; usernames: string[] }>({ for: "", usernames: [] });
  const [error, setError] = useState<string | null>(null);
  const conversations = useMessenger((state) => state.conversations);
  const order = useMessenger((state) => state.order);
  const query = text.trim().replace(/^@/, "").toLowerCase();

  useEffect(() => {
    setError(null);
    if (query === "") return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setPeople({ for: query, usernames: await messenger.searchUsernames(query, abort.signal) });
      } catch (failure) {
        if (!abort.signal.aborted) setError(failure instanceof ApiError ? failure.message : "The search did not work.");
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [messenger, query]);

  const groups = useMemo(() => {
    const held = order.flatMap((id) => {
      const user = conversations[id]?.otherParticipant;
      return user ? [{ kind: "conversation", key: id, id, user } satisfies Found] : [];
    });
    // Before anything is typed: where one may want to switch to.
    const matching =
      query === "" ? held.filter(({ id }) => id !== openId).slice(0, SHOWN_UNASKED) : held.filter(({ user }) => matches(user, query));
    const known = new Set(held.map(({ user }) => user.username));
    const strangers = query === "" ? [] : people.usernames.filter((name) => name.toLowerCase().startsWith(query) && !known.has(name));
    const found: FoundGroup[] = [
      { value: "Conversations", items: matching },
      { value: "People", items: strangers.map((username): Found => ({ kind: "person", key: `@${username}`, username })) },
    ];
    return found.filter(({ items }) => items.length > 0);
  }, [conversations, order, people, query, openId]);

  const settled = query === "" || people.for === query;
  const status =
    error ?? (groups.length > 0 || !settled ? null : query === "" ? "Type the beginning of a username." : "Nobody by that name.");
  return { text, setText, groups, status, setError };
}

/** A word of the name, or the username, begins so. */
function matches(user: User, query: string): boolean {
  return (
    [user.username, ...displayName(user).split(/\s+/)].some((word) => word.toLowerCase().startsWith(query)) ||
    displayName(user).toLowerCase().startsWith(query)
  );
}
