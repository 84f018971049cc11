/** Where to go once signed in: a path of this site and nothing else, so that a link cannot send people away. */
export function safeReturnPath(path: string | null | undefined): string {
  if (!path?.startsWith("/") || !URL.canParse(path, "https://parley.invalid")) return "/";
  const url = new URL(path, "https://parley.invalid");
  // "/.//elsewhere" resolves to the path "//elsewhere", which a browser takes for another host.
  const within = url.origin === "https://parley.invalid" && !url.pathname.startsWith("//");
  return within ? url.pathname + url.search : "/";
}

/** A page of ours that leads on to another one. */
export function withReturn(page: "/sign-in" | "/sign-up", to: string): string {
  return to === "/" ? page : `${page}?${new URLSearchParams({ callbackUrl: to })}`;
}
