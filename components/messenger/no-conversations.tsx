import { Button } from "@/components/ui/button";

/** The list of somebody who has just arrived: what to do first. */
export function NoConversations({ onFind }: { onFind: () => void }) {
  return (
    <nav aria-label="Conversations" className="flex flex-1 flex-col items-center justify-center gap-4 px-8 pb-24 text-center">
      <p className="text-pretty text-muted">Nobody here yet. Find somebody by username, or let them find you by yours.</p>
      <Button look="primary" onClick={onFind}>
        Find somebody
      </Button>
    </nav>
  );
}
