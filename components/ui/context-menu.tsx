import { ContextMenu } from "@base-ui/react/context-menu";
import type { MouseEvent, ReactNode, RefObject, SyntheticEvent } from "react";

/** Opens the menu that a right click here would, for a button that says so. */
export function openMenuAt({ currentTarget }: MouseEvent<HTMLElement>): void {
  const { left, bottom } = currentTarget.getBoundingClientRect();
  const opening = { bubbles: true, cancelable: true, clientX: Math.round(left), clientY: Math.round(bottom) };
  currentTarget.dispatchEvent(new MouseEvent("contextmenu", opening));
}

type AreaProps = {
  /** Looks at what a menu would be about, before it opens; stops the event where there is nothing. */
  onAim: (event: SyntheticEvent) => void;
  children: ReactNode;
};

/** Where a right click, a long press or the menu key opens the menu. Without the `style` that our policy would refuse. */
export function ContextMenuArea({ onAim, children }: AreaProps) {
  return (
    <ContextMenu.Trigger
      render={({ style: _, ...props }) => <div {...props} className="context-menu-area" />}
      onContextMenuCapture={onAim}
      onTouchStartCapture={onAim}
    >
      {children}
    </ContextMenu.Trigger>
  );
}

type Props = {
  /** An element of the landmark that the menu is about, where those look for it who go from landmark to landmark. */
  home: RefObject<HTMLElement | null>;
  children: ReactNode;
};

/** What opens within a `ContextMenu.Root`, by right click, long press, or the menu key. */
export function ContextMenuPopup({ home, children }: Props) {
  return (
    <ContextMenu.Portal container={home}>
      <ContextMenu.Positioner className="z-20 outline-none">
        <ContextMenu.Popup className="floating min-w-52 p-1.5">{children}</ContextMenu.Popup>
      </ContextMenu.Positioner>
    </ContextMenu.Portal>
  );
}
