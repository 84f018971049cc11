import type { ReactNode } from "react";
import { MessengerFrame } from "@/components/messenger/messenger-frame";
import { currentCaller } from "@/lib/server/auth/current-user";
import { readList } from "@/lib/server/snapshot";

export default async function MessengerLayout({ children }: { children: ReactNode }) {
  const caller = await currentCaller();
  // The page knows where to come back to after signing in, and sends them there.
  if (!caller) return children;
  return <MessengerFrame snapshot={{ me: caller.user, ...(await readList(caller.user)) }}>{children}</MessengerFrame>;
}
