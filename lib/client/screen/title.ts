/** A title that says how much is unread. */
export function titleWithUnread(title: string, unread: number): string {
  const bare = title.replace(/^\(\d+\+?\) /, "");
  return unread === 0 ? bare : `(${unread > 99 ? "99+" : unread}) ${bare}`;
}

/**
 * Keeps the count in the title, which navigation rewrites, and swaps every `<link rel="icon">` that has a
 * `data-unread-href`. Returns what to call with each new count; `stop` gives the title back.
 */
export function watchTitle(page: Document): { show: (unread: number) => void; stop: () => void } {
  let shown = 0;
  const write = () => {
    // Between two pages there is none for a moment; writing then would make one of our own, which stays.
    if (page.title === "") return;
    const title = titleWithUnread(page.title, shown);
    if (page.title !== title) page.title = title;
  };
  const observer = new MutationObserver(write);
  observer.observe(page.head, { childList: true, subtree: true, characterData: true });
  const show = (unread: number) => {
    shown = unread;
    write();
    for (const link of page.querySelectorAll<HTMLLinkElement>("link[rel~=icon][data-unread-href]")) {
      link.dataset.readHref ??= link.href;
      link.href = (unread > 0 ? link.dataset.unreadHref : link.dataset.readHref) ?? link.href;
    }
  };
  return {
    show,
    stop() {
      show(0);
      observer.disconnect();
    },
  };
}
