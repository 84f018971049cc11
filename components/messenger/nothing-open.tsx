"use client";

import { useMessenger, useOrder } from "@/lib/client/hooks";
import { useHotkeyName } from "@/lib/client/keys";

/** The right side while nothing is open: for those with conversations a hint, for the new what to do first. */
export function NothingOpen() {
  const me = useMessenger((state) => state.me);
  const order = useOrder();
  const hotkey = useHotkeyName("K");
  return (
    <div className="m-auto grid max-w-90 gap-2 p-8 text-center">
      <h2 className="text-lg font-bold">{order.length > 0 ? "Pick a conversation" : "Say the first word"}</h2>
      <p className="text-pretty text-muted">
        {order.length > 0 ? (
          <>Or press {hotkey} and type whom you want to talk to.</>
        ) : (
          <>
            Find somebody by username with {hotkey}. They find you as <strong className="font-medium text-text">@{me.username}</strong>.
          </>
        )}
      </p>
    </div>
  );
}
