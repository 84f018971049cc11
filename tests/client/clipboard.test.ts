import { afterEach, expect, test, vi } from "vitest";
import { copyText } from "@/lib/client/screen/clipboard";

afterEach(() => vi.unstubAllGlobals());

test("a text is copied", async () => {
  const writeText = vi.fn(async () => {});
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  expect(await copyText("words")).toBe(true);
  expect(writeText).toHaveBeenCalledWith("words");
});

test("a text is not copied where the browser refuses it", async () => {
  vi.stubGlobal("navigator", { clipboard: { writeText: () => Promise.reject(new DOMException("No.", "NotAllowedError")) } });
  expect(await copyText("words")).toBe(false);
});
