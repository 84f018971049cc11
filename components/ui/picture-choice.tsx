"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";

/** A picture of this device, and an address by which the page can show it as long as it is chosen. */
export type Chosen = { file: File; url: string };

/** Lets somebody choose a picture of their device: `input` goes somewhere in the form, and `choose` opens it. */
export function usePictureChoice(onChoose?: (file: File) => void): {
  chosen: Chosen | null;
  input: ReactNode;
  choose: () => void;
  forget: () => void;
} {
  const field = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);

  useEffect(() => {
    if (chosen) return () => URL.revokeObjectURL(chosen.url);
  }, [chosen]);

  return {
    chosen,
    choose: () => field.current?.click(),
    forget: () => setChosen(null),
    input: (
      <input
        ref={field}
        type="file"
        accept="image/*"
        aria-label="Picture"
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same one can be chosen again.
          event.target.value = "";
          if (!file) return;
          setChosen({ file, url: URL.createObjectURL(file) });
          onChoose?.(file);
        }}
      />
    ),
  };
}
