/** What Next calls when it starts. Our own host names its build, and ends streams itself (lib/host/main.ts). */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs" || process.env.PARLEY_BUILD) return;
  const { endStreamsOnSignal } = await import("@/lib/server/realtime/on-signal");
  endStreamsOnSignal();
}
