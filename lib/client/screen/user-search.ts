import { useEffect, useState } from "react";
import type { FoundUser } from "@/lib/protocol/users";
import { useMessengerActions } from "./hooks";

/** Milliseconds without a key before the server is asked. */
const PAUSE_MS = 120;

export type UserSearch = {
  /** What the server has found last, and what that was asked for. */
  answer: { to: string; users: readonly FoundUser[] };
  /** Why it did not answer what is asked for now; null while it may. */
  error: unknown;
  /** Asks the same again. */
  again: () => void;
};

/** Asks the server who goes by these words, once somebody pauses in typing them. Blank asks for nothing. */
export function useUserSearch(asked: string): UserSearch {
  const messenger = useMessengerActions();
  const [attempt, setAttempt] = useState(0);
  const [answer, setAnswer] = useState<UserSearch["answer"]>({ to: "", users: [] });
  const [error, setError] = useState<unknown>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is an occasion too
  useEffect(() => {
    setError(null);
    if (asked === "") return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setAnswer({ to: asked, users: await messenger.searchUsers(asked, abort.signal) });
      } catch (cause) {
        if (!abort.signal.aborted) setError(cause);
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [messenger, asked, attempt]);

  return { answer, error, again: () => setAttempt((count) => count + 1) };
}
