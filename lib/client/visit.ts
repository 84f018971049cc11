import { useRouter } from "next/navigation";
import type { MouseEvent } from "react";
import { useMessengerActions } from "./hooks";

/**
 * Next asks the server for every page and, where no answer comes, leaves for the browser's own error page,
 * and with it for a document that knows nothing. So while the connection is lost only the address changes,
 * and the frame shows what the store holds.
 */
export function useVisit(): { visit: (path: string) => void; onLinkClick: (event: MouseEvent<HTMLAnchorElement>) => void } {
  const router = useRouter();
  const messenger = useMessengerActions();
  const lost = () => messenger.getState().connection.status === "lost";
  const stay = (path: string) => window.history.pushState(null, "", path);
  return {
    visit: (path) => (lost() ? stay(path) : router.push(path)),
    onLinkClick(event) {
      const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.defaultPrevented;
      if (elsewhere || !lost()) return;
      event.preventDefault();
      stay(event.currentTarget.href);
    },
  };
}
