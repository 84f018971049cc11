import { useRouter } from "next/navigation";
import type { MouseEvent } from "react";
import { useMessengerActions } from "./hooks";

/**
 * Next asks the server for every page and, where no answer comes, leaves for the browser's own error page,
 * and with it for a document that knows nothing. So while the connection is lost only the address changes,
 * and the frame shows what the store holds. Of other pages it holds nothing: `visit` is false for them then.
 */
export function useVisit(): { visit: (path: string) => boolean; onLinkClick: (event: MouseEvent<HTMLAnchorElement>) => void } {
  const router = useRouter();
  const messenger = useMessengerActions();
  const lost = () => messenger.getState().connection.status === "lost" || !navigator.onLine;
  const announce = (path: string) => {
    const id = conversationIn(path);
    if (id) messenger.expect(id);
  };
  const stay = (path: string) => {
    const isHeld = path === "/" || conversationIn(path) !== null;
    if (isHeld) window.history.pushState(null, "", path);
    return isHeld;
  };
  return {
    visit(path) {
      if (lost()) return stay(path);
      announce(path);
      router.push(path);
      return true;
    },
    onLinkClick(event) {
      const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.defaultPrevented;
      if (elsewhere) return;
      if (!lost()) return announce(event.currentTarget.pathname);
      event.preventDefault();
      stay(event.currentTarget.pathname);
    },
  };
}

/** The id of the conversation that stands at an address; null for other addresses. */
export function conversationIn(path: string): string | null {
  return /^\/c\/([^/]+)/.exec(path)?.[1] ?? null;
}
