"use client";
import { useCallback, useEffect, useState } from "react";
import { PAGE_SIZE } from "@/lib/protocol/limits";
import { ApiError } from "../request";

/** Rows that are fetched by pages where they are shown, and not held: they are as they were when they were asked for. */
export type Pages<T> = {
  rows: readonly T[];
  /** The first page is on its way. */
  loading: boolean;
  hasMore: boolean;
  /** Why the last page did not come. */
  failure: string | null;
  loadMore: () => void;
  /** From the beginning, keeping what is shown until it is there. */
  reload: () => void;
  change: (rows: (before: readonly T[]) => readonly T[]) => void;
};

type Load<T> = (before: string | undefined, signal: AbortSignal) => Promise<readonly T[]>;

/** @param load fetches the page after a row; another function begins anew, so it has to be the same one while the same is asked for */
export function usePages<T>(load: Load<T>, keyOf: (row: T) => string = idOf): Pages<T> {
  const [rows, change] = useState<readonly T[]>([]);
  const [hasMore, setHasMore] = useState(false);
  const [loading, setLoading] = useState(true);
  const [failure, setFailure] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);

  const fetchAfter = useCallback(
    async (before: string | undefined, signal: AbortSignal) => {
      setFailure(null);
      try {
        const page = await load(before, signal);
        if (signal.aborted) return;
        change((held) => (before === undefined ? page : [...held, ...page]));
        setHasMore(page.length === PAGE_SIZE);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setFailure(error.message);
      }
      setLoading(false);
    },
    [load],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn is an occasion too
  useEffect(() => {
    const abort = new AbortController();
    setLoading(true);
    void fetchAfter(undefined, abort.signal);
    return () => abort.abort();
  }, [fetchAfter, turn]);

  return {
    rows,
    loading,
    hasMore,
    failure,
    change,
    reload: useCallback(() => setTurn((count) => count + 1), []),
    loadMore() {
      const last = rows.at(-1);
      void fetchAfter(last && keyOf(last), new AbortController().signal);
    },
  };
}

function idOf(row: unknown): string {
  return (row as { id: string }).id;
}
