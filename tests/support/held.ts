import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What this process holds, after its garbage has been collected. */
export async function held() {
  for (let i = 0; i < 5; i++) {
    await setImmediate();
    collectGarbage();
  }
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return {
    timers: counts.Timeout ?? 0,
    sockets: counts.TCPSocketWrap ?? 0,
    listeners: process.eventNames().map((name) => [name, process.listenerCount(name)]),
    /** Bytes. */
    heap: process.memoryUsage().heapUsed,
  };
}
