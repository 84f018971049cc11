"use client";

import { createContext, type ReactNode, useContext, useState } from "react";
import { Button } from "@/components/ui/button";
import { FullPageNote } from "@/components/ui/full-page-note";
import { type Account, createAccount } from "@/lib/client/account/account";
import type { User } from "@/lib/protocol/users";

const AccountContext = createContext<Account | null>(null);

/** The account that this page changes. Once somebody else is signed in here it changes nothing more, and says so. */
export function AccountProvider({ user, children }: { user: User; children: ReactNode }) {
  const [replaced, setReplaced] = useState(false);
  const [account] = useState(() =>
    createAccount({
      userId: user.id,
      onStranger: (who) => (who === "nobody" ? window.location.assign("/sign-in?callbackUrl=/settings") : setReplaced(true)),
    }),
  );
  if (!replaced) return <AccountContext value={account}>{children}</AccountContext>;
  return (
    <FullPageNote
      title="Somebody else is signed in here now"
      actions={
        <Button look="primary" onClick={() => window.location.reload()}>
          Show their settings
        </Button>
      }
    >
      These were the settings of <bdi>@{user.username}</bdi>. What you have just asked for was not done.
    </FullPageNote>
  );
}

export function useAccount(): Account {
  const account = useContext(AccountContext);
  if (!account) throw new Error("There is no AccountProvider above this component.");
  return account;
}
