import "server-only";

/** Characters of a path in a log line: our longest is a quarter of it, and a caller decides how long theirs is. */
const PATH_LOGGED_MAX = 256;

/** Where the address itself is what lets people in. */
const INVITE = /(\/(?:api\/invites|join)\/)[^/]+/;

/** The path of an address less its query, which can hold a token or what somebody searches for, and less the token of an invite. */
export function loggedPath(path: string): string {
  const end = path.indexOf("?");
  const whole = (end < 0 ? path : path.slice(0, end)).replace(INVITE, "$1…");
  return whole.length > PATH_LOGGED_MAX ? `${whole.slice(0, PATH_LOGGED_MAX)}…` : whole;
}
