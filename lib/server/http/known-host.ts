import "server-only";

const THIS_MACHINE = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Whether a request may be answered where DEV_LOGIN lets anybody sign in as anybody. A page of another site can have a
 * name of its own resolve to this machine, which its browser then takes for that site; the name stays in `Host`.
 * Reads the environment itself, as pages' proxy does, and takes a request without `Host` for none of a browser.
 */
export function isKnownHost(headers: Headers): boolean {
  if (process.env.DEV_LOGIN !== "1") return true;
  const host = headers.get("host");
  const { HOST = "", PUBLIC_URL = "" } = process.env;
  return host === null || [...THIS_MACHINE, HOST, nameOf(PUBLIC_URL)].includes(nameOf(`http://${host}`));
}

/** The host of an address, less its port. */
function nameOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : address;
}
