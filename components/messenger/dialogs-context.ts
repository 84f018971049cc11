"use client";

import { createContext, useContext } from "react";

/** Opens the search, or the making of a group, from wherever in the messenger somebody may want to. */
export type Dialogs = {
  find: () => void;
  newGroup: (options?: { everybody: boolean }) => void;
  /** Whoever looks at it runs the server. */
  administrator: boolean;
};

export const DialogsContext = createContext<Dialogs>({ find() {}, newGroup() {}, administrator: false });

export function useDialogs(): Dialogs {
  return useContext(DialogsContext);
}
