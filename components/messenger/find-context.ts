"use client";

import { createContext, useContext } from "react";

/** Opens the search, from wherever in the messenger somebody may want to find somebody. */
export const FindContext = createContext<() => void>(() => {});

export function useFindDialog(): () => void {
  return useContext(FindContext);
}
