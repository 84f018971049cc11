/**
 * Keeps the composer above an on-screen keyboard that lies over the page instead of shrinking it (Safari
 * on iOS, which also pushes the page up). Chrome and Firefox shrink it, as the viewport's
 * `interactive-widget` asks. While somebody has zoomed in, nothing is moved under their fingers.
 */
export function followKeyboard(): (() => void) | undefined {
  const view = window.visualViewport;
  if (!view) return;
  const root = document.documentElement.style;
  const fit = () => {
    const zoomed = view.scale > 1.01;
    root.setProperty("--keyboard-height", zoomed ? "0px" : `${Math.max(0, window.innerHeight - view.height)}px`);
    root.setProperty("--keyboard-shift", zoomed ? "0px" : `${view.offsetTop}px`);
  };
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
  return () => {
    view.removeEventListener("resize", fit);
    view.removeEventListener("scroll", fit);
  };
}
