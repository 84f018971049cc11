"use client";

import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { browserClock, type Clock, dayName, fullTime, rememberClock, timeInList, timeOfDay } from "@/lib/client/screen/clock";

const ClockContext = createContext<Clock>({ zone: "UTC", locale: "en-GB", today: "1970-01-01" });

/**
 * Times are first written as the server wrote them, then by this browser's own clock. The cookie lets
 * the server write them right from the second visit on; a look every minute turns the day over.
 */
export function ClockProvider({ clock: fromServer, children }: { clock: Clock; children: ReactNode }) {
  const [clock, setClock] = useState(fromServer);
  useEffect(() => {
    const look = () => {
      const now = browserClock();
      setClock((was) => (was.zone === now.zone && was.locale === now.locale && was.today === now.today ? was : now));
    };
    look();
    rememberClock(browserClock());
    const timer = setInterval(look, 60_000);
    return () => clearInterval(timer);
  }, []);
  return <ClockContext value={clock}>{children}</ClockContext>;
}

const WAYS = { time: timeOfDay, list: timeInList, day: dayName } as const;

/** When something was, in the reader's own zone; in full on hover. It is written in English, whatever it stands in. */
export function Time({ at, as = "time", className = "" }: { at: string; as?: keyof typeof WAYS; className?: string }) {
  const clock = useContext(ClockContext);
  return (
    <time dateTime={at} dir="ltr" title={fullTime(at, clock)} className={`tabular-nums ${className}`}>
      {WAYS[as](at, clock)}
    </time>
  );
}

/** For what is grouped by the reader's day. */
export function useClock(): Clock {
  return useContext(ClockContext);
}
