import { afterEach, expect, test, vi } from "vitest";
import { copyText } from "@/lib/client/screen/clipboard";

afterEach(() => vi.unstubAllGlobals());

test("A text is copied", async () => {
  const writeText = vi.fn(async () => {});
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  expect(await copyText("words")).toBe(true);
  expect(writeText).toHaveBeenCalledWith("words");
});

test.each([
  ["gives no clipboard", {}],
  ["refuses it", { clipboard: { writeText: () => Promise.reject(new DOMException("No.", "NotAllowedError")) } }],
])("A text is not copied where the browser %s", async (_, browser) => {
  vi.stubGlobal("navigator", browser);
  expect(await copyText("words")).toBe(false);
});
