"use client";
import { useEffect, useMemo, useState } from "react";
import { sentence } from "@/lib/protocol/errors/codes";
import type { User } from "@/lib/protocol/users";
import { ApiError } from "../request";
import { useMessenger, useMessengerActions } from "./hooks";
import { matchOf, searchWords } from "./search-words";

/** Milliseconds without a key before the server is asked. */
const PAUSE_MS = 120;
/** People shown before anything is typed. */
const SHOWN_UNASKED = 8;

/** People by a part of their name: those one talks with at once, everybody else as soon as the server has answered. */
export function usePeopleSearch(text: string): { people: readonly User[]; searching: boolean; failure: string | null } {
  const messenger = useMessengerActions();
  const me = useMessenger((state) => state.me.id);
  const conversations = useMessenger((state) => state.conversations);
  const users = useMessenger((state) => state.users);
  const order = useMessenger((state) => state.order);
  const [answer, setAnswer] = useState<{ to: string; users: readonly User[] }>({ to: "", users: [] });
  const [failure, setFailure] = useState<string | null>(null);
  const asked = searchWords(text).join(" ");

  useEffect(() => {
    setFailure(null);
    if (asked === "") return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setAnswer({ to: asked, users: await messenger.searchUsers(asked, abort.signal) });
      } catch (error) {
        if (!abort.signal.aborted) setFailure(error instanceof ApiError ? error.message : sentence("not_done"));
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [messenger, asked]);

  const people = useMemo(() => {
    const known = order.flatMap((id) => users[conversations.get(id)?.otherId ?? ""] ?? []);
    if (asked === "") return known.slice(0, SHOWN_UNASKED);
    const words = asked.split(" ");
    const ids = new Set(known.map(({ id }) => id));
    const all = [...known, ...answer.users.filter(({ id }) => !ids.has(id) && id !== me)];
    return all.filter((user) => matchOf(user, words) > 0);
  }, [order, users, conversations, asked, answer, me]);

  return { people, searching: asked !== "" && answer.to !== asked && !failure, failure };
}
