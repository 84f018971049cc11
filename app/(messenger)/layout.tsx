import type { ReactNode } from "react";
import { MessengerFrame } from "@/components/messenger/messenger-frame";
import { isAdministrator } from "@/lib/server/administrators";
import { currentCaller } from "@/lib/server/auth/current-user";
import { listNotices } from "@/lib/server/notices";
import { snapshotList } from "@/lib/server/snapshot";

export default async function MessengerLayout({ children }: { children: ReactNode }) {
  const caller = await currentCaller();
  // The page knows where to come back to after signing in, and sends them there.
  if (!caller) return children;
  const [list, notices, administrator] = await Promise.all([
    snapshotList(caller.user),
    listNotices(caller),
    isAdministrator(caller.user.id),
  ]);
  return (
    <MessengerFrame
      snapshot={{ me: caller.user, ...list }}
      administrator={administrator}
      notices={notices.filter(({ dismissed }) => !dismissed)}
    >
      {children}
    </MessengerFrame>
  );
}
