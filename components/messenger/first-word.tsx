"use client";

import { Button } from "@/components/ui/button";
import { useMessenger } from "@/lib/client/screen/hooks";

/** What to do first. */
export function FirstWord({ onFind, onNewGroup }: { onFind: () => void; onNewGroup: () => void }) {
  const username = useMessenger((state) => state.me.username);
  return (
    <div className="grid max-w-80 justify-items-center gap-2 px-6 text-center">
      <h2 className="text-lg font-bold">Say the first word</h2>
      <p className="text-pretty text-muted">
        Find somebody by a part of their name. They find you as <strong className="font-medium text-text">@{username}</strong>.
      </p>
      <div className="mt-3 flex flex-wrap justify-center gap-2">
        <Button look="primary" onClick={onFind}>
          Find somebody
        </Button>
        <Button onClick={onNewGroup}>New group</Button>
      </div>
    </div>
  );
}
