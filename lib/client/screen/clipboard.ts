/** Copies a text. False where the browser gives no clipboard, as over plain http, or refuses it, as to a page without the focus. */
export async function copyText(text: string): Promise<boolean> {
  if (!navigator.clipboard) return false;
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}
