import { config } from "@/lib/server/config";

/** What a server that is ready tells whoever has started it. */
export function greet(host: string | undefined, port: number, place: string): void {
  warnOfDevelopmentLogin(host);
  console.log(`Parley is ready at http://${host ?? "localhost"}:${port}`);
  console.log(`Your data is in ${place}; Ctrl+C stops Parley.`);
}

/** Where others than this machine's own people reach a server that lets anybody in. */
export function warnOfDevelopmentLogin(host: string | undefined): void {
  if (!config().DEV_LOGIN || isLoopback(host)) return;
  console.warn("DEV_LOGIN=1: whoever reaches this server signs in as anybody. HOST=127.0.0.1 keeps it to this machine.");
}

/** Whether only this machine reaches what listens on an address. */
function isLoopback(host: string | undefined): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host ?? "");
}
