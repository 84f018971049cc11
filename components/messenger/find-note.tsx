import { Button } from "@/components/ui/button";
import type { FindStatus } from "@/lib/client/screen/find";

/** What a search says where it has nothing to list: what to do, or that it is on its way. */
export function FindNote({ status }: { status: FindStatus }) {
  switch (status.kind) {
    case "found":
      return null;
    case "searching":
      return <Searching />;
    case "nothing asked":
      return <p className={TEXT}>Type a part of somebody’s name or username.</p>;
    case "nobody":
      return (
        <p className={TEXT}>Nobody here goes by that. Type more of their name or another part of it, or ask them for their username.</p>
      );
    case "failed":
      return (
        <div className={`${TEXT} flex flex-wrap items-center justify-between gap-x-3 gap-y-2`}>
          <p>{status.message}</p>
          {status.retry && <Button onClick={status.retry}>Try again</Button>}
        </div>
      );
  }
}

const TEXT = "px-4.5 pb-4 text-sm text-pretty text-muted";

/** Rows of the real shape, which show once the answer has taken 150 ms. */
function Searching() {
  return (
    <div className="px-2 pb-2">
      <span className="sr-only">Searching</span>
      {["w-40", "w-28", "w-52"].map((width) => (
        <div key={width} aria-hidden="true" className="flex min-h-12 animate-appear items-center gap-3 px-2.5">
          <span className="size-8 shrink-0 rounded-full bg-hover" />
          <span className={`h-4 rounded-full bg-hover ${width}`} />
        </div>
      ))}
    </div>
  );
}
