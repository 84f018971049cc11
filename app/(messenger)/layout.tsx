import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { MessengerFrame } from "@/components/messenger/messenger-frame";
import { DETAILS_COOKIE, detailsDockedFrom } from "@/lib/client/screen/preferences";
import { isAdministrator } from "@/lib/server/administrators";
import { currentCaller } from "@/lib/server/auth/current-user";
import { listNotices } from "@/lib/server/notices";
import { snapshotList } from "@/lib/server/snapshot";

export default async function MessengerLayout({ children }: { children: ReactNode }) {
  const caller = await currentCaller();
  // The page knows where to come back to after signing in, and sends them there.
  if (!caller) return children;
  const [jar, list, notices, administrator] = await Promise.all([
    cookies(),
    snapshotList(caller.user),
    listNotices(caller),
    isAdministrator(caller.user.id),
  ]);
  return (
    <MessengerFrame
      snapshot={{ me: caller.user, ...list }}
      administrator={administrator}
      detailsDocked={detailsDockedFrom(jar.get(DETAILS_COOKIE)?.value)}
      notices={notices.filter(({ dismissed }) => !dismissed)}
    >
      {children}
    </MessengerFrame>
  );
}
