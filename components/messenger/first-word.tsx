"use client";

import Link from "next/link";
import { Button, buttonClass } from "@/components/ui/button";
import { useMessenger } from "@/lib/client/screen/hooks";
import { useVisit } from "@/lib/client/screen/visit";
import { useDialogs } from "./dialogs-context";

/** What to do first. */
export function FirstWord() {
  const { find, newGroup, administrator } = useDialogs();
  const { onLinkClick } = useVisit();
  const username = useMessenger((state) => state.me.username);
  return (
    <div className="grid max-w-80 justify-items-center gap-2 px-6 text-center">
      <h2 className="text-lg font-bold">Say the first word</h2>
      <p className="text-pretty text-muted">
        Find somebody by a part of their name. They find you as <strong className="font-medium text-text">@{username}</strong>.
      </p>
      <div className="mt-3 flex flex-wrap justify-center gap-2">
        <Button look="primary" onClick={find}>
          Find somebody
        </Button>
        <Button onClick={() => newGroup()}>New group</Button>
        <Link href="/groups" prefetch={false} onClick={onLinkClick} className={buttonClass("quiet")}>
          Open groups
        </Link>
      </div>
      {administrator && (
        <p className="mt-4 text-sm text-pretty text-muted">
          You run this server.{" "}
          <button
            type="button"
            onClick={() => newGroup({ everybody: true })}
            className="inline-flex min-h-6 touch:min-h-11 items-center font-medium text-accent underline underline-offset-3 hover:no-underline"
          >
            Make a group that everybody here is in
          </button>
        </p>
      )}
    </div>
  );
}
