"use client";

import type { ReactNode } from "react";
import { Button } from "./button";

type Props<T> = {
  pages: {
    rows: readonly T[];
    loading: boolean;
    hasMore: boolean;
    failure: string | null;
    loadMore: () => void;
    reload: () => void;
  };
  label: string;
  /** What is said where there is nothing. */
  empty: ReactNode;
  keyOf?: (row: T) => string;
  className?: string;
  children: (row: T) => ReactNode;
};

/** A list that comes by pages, with what stands for it while it is on its way, empty, or did not come. */
export function Rows<T>({ pages, label, empty, keyOf = idOf, className = "", children }: Props<T>) {
  const { rows, loading, hasMore, failure, loadMore, reload } = pages;
  return (
    <div className={className} aria-busy={loading || undefined}>
      {rows.length > 0 && (
        <ul aria-label={label}>
          {rows.map((row) => (
            <li key={keyOf(row)}>{children(row)}</li>
          ))}
        </ul>
      )}
      {rows.length === 0 && loading && <Waiting />}
      {rows.length === 0 && !loading && !failure && <p className="px-2 py-3 text-sm text-pretty text-muted">{empty}</p>}
      {failure && (
        <div role="alert" className="flex flex-wrap items-center gap-x-3 gap-y-2 px-2 py-3 text-sm text-muted">
          {failure}
          <Button onClick={rows.length > 0 ? loadMore : reload}>Try again</Button>
        </div>
      )}
      {hasMore && !failure && (
        <Button className="my-2 w-full" onClick={loadMore}>
          Show more
        </Button>
      )}
    </div>
  );
}

/** Rows of the real shape, which show once the answer has taken 150 ms. */
function Waiting() {
  return ["w-40", "w-28", "w-52"].map((width) => (
    <div key={width} aria-hidden="true" className="flex min-h-12 animate-appear items-center gap-3 px-2">
      <span className="size-8 shrink-0 rounded-full bg-hover" />
      <span className={`h-4 rounded-full bg-hover ${width}`} />
    </div>
  ));
}

function idOf(row: unknown): string {
  return (row as { id: string }).id;
}
