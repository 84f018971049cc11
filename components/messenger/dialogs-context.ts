"use client";

import { createContext, useContext } from "react";

/** Opens the search, or the making of a group, from wherever in the messenger somebody may want to. */
export type Dialogs = { find: () => void; newGroup: () => void };

export const DialogsContext = createContext<Dialogs>({ find() {}, newGroup() {} });

export function useDialogs(): Dialogs {
  return useContext(DialogsContext);
}
