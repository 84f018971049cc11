import type { EventSourceLike } from "./sync/stream";
import type { Channel } from "./sync/tabs";

/** What of the outside world a messenger touches, less IndexedDB. What a browser lacks is undefined, and done without. */
export type Platform = {
  fetch: typeof fetch;
  connect: (url: string) => EventSourceLike;
  openChannel: ((name: string) => Channel) | undefined;
  locks: Pick<LockManager, "request"> | undefined;
  localStorage: Storage | undefined;
  /** Of this tab, and until it is closed. */
  sessionStorage: Storage | undefined;
  /** Calls back on what the page lives through. Returns what ends it. */
  watch: (on: Lifecycle) => () => void;
  isVisible: () => boolean;
};

export type Lifecycle = {
  /** Online, visible or awake again: a connection may be had now. */
  wake: () => void;
  /** The browser knows of no network. */
  offline: () => void;
  /** Visible and focused, or no longer. */
  attend: (attentive: boolean) => void;
  /** The page may be frozen or end at any moment. */
  suspend: () => void;
  /** It was frozen, or kept for going back to, and goes on. */
  resume: () => void;
};

export function browserPlatform(): Platform {
  return {
    fetch: (input, init) => fetch(input, init),
    connect: (url) => new EventSource(url),
    openChannel: typeof BroadcastChannel === "undefined" ? undefined : (name) => new BroadcastChannel(name),
    locks: globalThis.navigator?.locks,
    localStorage: storage("localStorage"),
    sessionStorage: storage("sessionStorage"),
    watch: watchPage,
    isVisible: () => document.visibilityState === "visible",
  };
}

/** Merely looking at it throws where the browser keeps storage closed. */
function storage(name: "localStorage" | "sessionStorage"): Storage | undefined {
  try {
    return typeof window === "undefined" ? undefined : window[name];
  } catch {
    return undefined;
  }
}

function watchPage(on: Lifecycle): () => void {
  const stopped = new AbortController();
  const listen = (target: EventTarget, names: string[], listener: (event: Event) => void) => {
    for (const name of names) target.addEventListener(name, listener, { signal: stopped.signal });
  };
  const attend = () => on.attend(document.visibilityState === "visible" && document.hasFocus());
  const wake = () => document.visibilityState === "visible" && on.wake();
  listen(window, ["online"], on.wake);
  listen(window, ["offline"], on.offline);
  listen(window, ["focus", "blur"], attend);
  listen(document, ["visibilitychange"], attend);
  listen(document, ["visibilitychange"], wake);
  listen(window, ["pagehide"], on.suspend);
  listen(document, ["freeze"], on.suspend);
  listen(document, ["resume"], on.resume);
  listen(window, ["pageshow"], (event) => (event as PageTransitionEvent).persisted && on.resume());
  attend();
  return () => stopped.abort();
}
