"use client";

import { X } from "lucide-react";
import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { ApiError } from "@/lib/client/request";
import { Button, ICON_BUTTON } from "./button";

type Act = (work: () => Promise<unknown>) => Promise<boolean>;

/** What could not be done on this device, in a sentence for a person. */
export class Trouble extends Error {
  override name = "Trouble";
}

const ActContext = createContext<Act>(async () => false);

/** Does something that the server may refuse, or the browser with {@link Trouble}, and where it does says why, with a way out. True: it was done. */
export function useAct(): Act {
  return useContext(ActContext);
}

/** Shows the last thing that did not work, over the foot of the page, until it is dismissed or tried again. */
export function TroubleProvider({ children }: { children: ReactNode }) {
  const [trouble, setTrouble] = useState<{ message: string; retry: (() => void) | null } | null>(null);
  const act = useCallback<Act>(async (work) => {
    setTrouble(null);
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof Trouble)) throw error;
      const mayBeRetried = error instanceof ApiError && error.transient;
      setTrouble({ message: error.message, retry: mayBeRetried ? () => void act(work) : null });
      return false;
    }
  }, []);
  return (
    <ActContext value={act}>
      {children}
      <div role="alert" className="pointer-events-none fixed inset-x-0 bottom-0 z-40 flex justify-center p-4 empty:hidden">
        {trouble && (
          <div className="floating pointer-events-auto mb-[env(safe-area-inset-bottom)] flex max-w-120 items-center gap-2 rounded-md py-1.5 ps-4 pe-1.5 text-sm animate-arrive">
            <p className="py-1.5">{trouble.message}</p>
            {trouble.retry && (
              <Button look="text" onClick={trouble.retry}>
                Try again
              </Button>
            )}
            <button type="button" aria-label="Dismiss" className={ICON_BUTTON} onClick={() => setTrouble(null)}>
              <X aria-hidden="true" className="size-4" />
            </button>
          </div>
        )}
      </div>
    </ActContext>
  );
}
