/** Where to go once signed in: a path of this site and nothing else, so that a link cannot send people away. */
export function safeReturnPath(path: string | null | undefined): string {
  if (!path?.startsWith("/") || !URL.canParse(path, "https://parley.invalid")) return "/";
  const url = new URL(path, "https://parley.invalid");
  // "/.//elsewhere" resolves to the path "//elsewhere", which a browser takes for another host.
  const within = url.origin === "https://parley.invalid" && !url.pathname.startsWith("//");
  return within ? url.pathname + url.search : "/";
}
