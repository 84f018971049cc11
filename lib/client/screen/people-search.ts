"use client";
import { useMemo } from "react";
import { sentence } from "@/lib/protocol/errors/codes";
import type { User } from "@/lib/protocol/users";
import { ApiError } from "../request";
import { useMessenger } from "./hooks";
import { matchOf, searchWords } from "./search-words";
import { useUserSearch } from "./user-search";

/** People shown before anything is typed. */
const SHOWN_UNASKED = 8;

/** People by a part of their name: those one talks with at once, everybody else as soon as the server has answered. */
export function usePeopleSearch(text: string): { people: readonly User[]; searching: boolean; failure: string | null } {
  const me = useMessenger((state) => state.me.id);
  const conversations = useMessenger((state) => state.conversations);
  const users = useMessenger((state) => state.users);
  const order = useMessenger((state) => state.order);
  const asked = searchWords(text).join(" ");
  const { answer, error } = useUserSearch(asked);

  const people = useMemo(() => {
    const known = order.flatMap((id) => users[conversations.get(id)?.otherId ?? ""] ?? []);
    if (asked === "") return known.slice(0, SHOWN_UNASKED);
    const words = asked.split(" ");
    const ids = new Set(known.map(({ id }) => id));
    const all = [...known, ...answer.users.filter(({ id }) => !ids.has(id) && id !== me)];
    return all.filter((user) => matchOf(user, words) > 0);
  }, [order, users, conversations, asked, answer, me]);

  const failure = error instanceof ApiError ? error.message : error === null ? null : sentence("not_done");
  return { people, searching: asked !== "" && answer.to !== asked && failure === null, failure };
}
