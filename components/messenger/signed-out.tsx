"use client";

import { useEffect } from "react";
import { useMessenger } from "@/lib/client/screen/hooks";

/**
 * A session that was ended, here or from another device, leaves nothing on screen: one signs in and comes back to
 * where one was. What is unsent is kept, and goes out once its author has signed in again.
 */
export function SignedOut() {
  const signedOut = useMessenger((state) => state.signedOut);
  useEffect(() => {
    if (signedOut) window.location.assign(`/sign-in?${new URLSearchParams({ callbackUrl: window.location.pathname })}`);
  }, [signedOut]);
  return null;
}
