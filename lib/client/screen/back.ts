/** Whether the page before this one, in this tab, was that path of this site. False where the browser does not say. */
export function cameFrom(path: string): boolean {
  const navigation = window.navigation;
  const before = navigation?.entries()[(navigation.currentEntry?.index ?? 0) - 1];
  return before?.url != null && new URL(before.url).pathname === path;
}
