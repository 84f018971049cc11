import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { MessengerFrame } from "@/components/messenger/messenger-frame";
import { currentCaller } from "@/lib/server/auth/current-user";
import { readList } from "@/lib/server/snapshot";

export default async function MessengerLayout({ children }: { children: ReactNode }) {
  const caller = await currentCaller();
  if (!caller) redirect("/sign-in");
  return <MessengerFrame snapshot={{ me: caller.user, ...(await readList(caller.user)) }}>{children}</MessengerFrame>;
}
