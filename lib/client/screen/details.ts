"use client";
import { usePathname } from "next/navigation";
import { createContext, useContext, useMemo, useState } from "react";
import { cameFrom } from "./back";
import { rememberDetails } from "./preferences";
import { conversationIn } from "./visit";

/** Whether the details of the open conversation are shown, and what shows and hides them. */
export type Details = { open: boolean; page: boolean; toggle: (id: string) => void; close: () => void };

/** From this width on there is room for them beside the conversation; below it they are a page of their own. */
const WIDE = "(width >= 75rem)";

const DetailsContext = createContext<Details>({ open: false, page: false, toggle() {}, close() {} });

export const DetailsProvider = DetailsContext.Provider;

export function useDetails(): Details {
  return useContext(DetailsContext);
}

/**
 * Beside the conversation they stay while one goes from one to another, and for the next visit; as a page they have an
 * address, so that back leads back.
 * @param remembered whether they stood there at the last visit
 */
export function useDetailsState(remembered: boolean): Details {
  const path = usePathname();
  const isPage = path.endsWith("/details");
  const [docked, setDocked] = useState(isPage || remembered);
  return useMemo(() => {
    const dock = (is: boolean) => {
      setDocked(is);
      // What is closed as a page says nothing of where there is room.
      if (matchMedia(WIDE).matches) rememberDetails(is);
    };
    const close = () => {
      dock(false);
      const conversation = path.replace(/\/details$/, "");
      if (!isPage) return;
      if (cameFrom(conversation)) window.history.back();
      else window.history.replaceState(null, "", conversation);
    };
    const isOpen = conversationIn(path) !== null && (isPage || docked);
    return {
      open: isOpen,
      page: isPage,
      close,
      toggle(id) {
        const isWide = matchMedia(WIDE).matches;
        if (isPage || (docked && isWide)) close();
        else if (isWide) dock(true);
        else window.history.pushState(null, "", `/c/${id}/details`);
      },
    };
  }, [path, isPage, docked]);
}
