import { Button } from "@/components/ui/button";

/** What stands where the window ends and the conversation does not: rows on their way, or why they did not come. */
export function TranscriptEdge({ loading, error, onRetry }: { loading: boolean; error: string | null; onRetry: () => void }) {
  if (error) {
    return (
      <div role="alert" className="flex flex-wrap items-center justify-center gap-x-3 gap-y-2 py-4 text-sm text-muted">
        {error}
        <Button onClick={onRetry}>Try again</Button>
      </div>
    );
  }
  return (
    <div aria-hidden="true" className="grid h-24 content-center gap-2">
      {loading && (
        <>
          <span className="h-9 w-64 animate-appear rounded-lg bg-hover" />
          <span className="h-9 w-44 animate-appear justify-self-end rounded-lg bg-hover" />
        </>
      )}
    </div>
  );
}
