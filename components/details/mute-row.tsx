"use client";

import { Menu } from "@base-ui/react/menu";
import { useRef } from "react";
import { ActionIcon } from "@/components/messenger/action-icon";
import { MENU_ITEM } from "@/components/ui/menu-item";
import { Time, useClock } from "@/components/ui/time";
import { useAct } from "@/components/ui/trouble";
import { dayOf } from "@/lib/client/screen/clock";
import { useMessengerActions } from "@/lib/client/screen/hooks";
import { isMuted } from "@/lib/client/store/mutes";
import type { Conversation } from "@/lib/protocol/conversations";
import { PANEL_ROW } from "./panel-row";

const HOUR_MS = 3_600_000;
const LASTS = [
  ["For an hour", HOUR_MS],
  ["For 8 hours", 8 * HOUR_MS],
  ["For a week", 168 * HOUR_MS],
  ["Until I unmute it", null],
] as const;

/** Whether a conversation makes a sound: mutes it for as long as one likes, and ends that. */
export function MuteRow({ conversation }: { conversation: Conversation }) {
  const { id, muted } = conversation;
  const messenger = useMessengerActions();
  const act = useAct();
  const { zone, today } = useClock();
  if (!isMuted(conversation)) return <MuteMenu id={id} />;
  return (
    <button type="button" className={PANEL_ROW} onClick={() => void act(() => messenger.changePlace(id, { muted: "no" }))}>
      <ActionIcon name="unmute" />
      Unmute
      {muted !== "always" && (
        <span className="ms-auto text-sm text-muted">
          muted until <Time at={muted} as={dayOf(muted, zone) === today ? "time" : "day"} />
        </span>
      )}
    </button>
  );
}

function MuteMenu({ id }: { id: string }) {
  const messenger = useMessengerActions();
  const act = useAct();
  const home = useRef<HTMLDivElement>(null);
  return (
    <Menu.Root>
      <div ref={home}>
        <Menu.Trigger className={PANEL_ROW}>
          <ActionIcon name="mute" />
          Mute
        </Menu.Trigger>
      </div>
      <Menu.Portal container={home}>
        <Menu.Positioner align="start" sideOffset={4} className="z-20 outline-none">
          <Menu.Popup className="floating min-w-48 p-1.5">
            {LASTS.map(([label, ms]) => (
              <Menu.Item
                key={label}
                className={MENU_ITEM}
                onClick={() =>
                  void act(() => messenger.changePlace(id, { muted: ms === null ? "always" : new Date(Date.now() + ms).toISOString() }))
                }
              >
                {label}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
