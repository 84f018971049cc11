"use client";

import { useOrder } from "@/lib/client/screen/hooks";
import { useHotkeyName } from "@/lib/client/screen/keys";
import { FirstWord } from "./first-word";

/** The right side while nothing is open: for those with conversations a hint, for the new what to do first. */
export function NothingOpen() {
  const empty = useOrder().length === 0;
  const hotkey = useHotkeyName("K");
  return (
    <div className="m-auto">
      {empty ? (
        <FirstWord />
      ) : (
        <p className="px-6 text-center text-muted">
          Pick a conversation
          <span className="touch:hidden">
            , or press <kbd className="font-sans font-medium text-text">{hotkey}</kbd> to find somebody
          </span>
          .
        </p>
      )}
    </div>
  );
}
