import { useEffect, useRef, useSyncExternalStore } from "react";

const never = () => () => {};
const isApple = () => /Mac|iPhone|iPad/.test(navigator.platform);

/** How this machine writes a shortcut: "⌘K" or "Ctrl K". */
export function useHotkeyName(key: string): string {
  const apple = useSyncExternalStore(never, isApple, () => false);
  return apple ? `⌘${key}` : `Ctrl ${key}`;
}

/** Calls a function on a key press anywhere in the page, which then means nothing else. */
export function useKey(matches: (event: KeyboardEvent) => boolean, act: (event: KeyboardEvent) => void): void {
  const latest = useRef({ matches, act });
  latest.current = { matches, act };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || !latest.current.matches(event)) return;
      event.preventDefault();
      latest.current.act(event);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/**
 * Arrow keys, Home and End among the links of a list, of which only one is in the tab order (the
 * "roving tabindex" of the ARIA Authoring Practices).
 */
export function moveFocus(list: HTMLElement, key: string): boolean {
  const links = [...list.querySelectorAll<HTMLElement>("a[href]")];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: Math.min(at + 1, links.length - 1), ArrowUp: Math.max(at - 1, 0), Home: 0, End: links.length - 1 }[key];
  if (to === undefined) return false;
  links[to]?.focus();
  return true;
}
