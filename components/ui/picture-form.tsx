"use client";

import { type ReactNode, useEffect, useRef, useState, useTransition } from "react";
import { Button } from "./button";

type Props = {
  /** What it looks like: with the chosen picture where one is given. */
  children: (chosen: string | null) => ReactNode;
  hasPicture: boolean;
  hint: string;
  /** Both answer null when it worked, else what to tell. `final`: another picture has to be chosen. */
  upload: (file: File) => Promise<{ message: string; final: boolean } | null>;
  remove: () => Promise<{ message: string; final: boolean } | null>;
};

/** A picture is shown as it will look before it is kept: chosen, looked at, then used. */
export function PictureForm({ children, hasPicture, hint, upload, remove }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<{ file: File; url: string } | null>(null);
  const [error, setError] = useState<string>();
  const [pending, startTransition] = useTransition();

  useEffect(() => {
    if (chosen) return () => URL.revokeObjectURL(chosen.url);
  }, [chosen]);

  const settle = (work: Props["remove"]) =>
    startTransition(async () => {
      const refused = await work();
      setError(refused?.message);
      // What is no picture cannot be used the next time either: one chooses another.
      if (!refused || refused.final) setChosen(null);
    });

  function cancel() {
    setChosen(null);
    setError(undefined);
  }

  return (
    <div className="flex items-center gap-5">
      {children(chosen?.url ?? null)}
      <div className="grid gap-2">
        <div className="flex flex-wrap gap-2">
          {chosen ? (
            <>
              <Button look="primary" disabled={pending} onClick={() => settle(() => upload(chosen.file))}>
                Use this picture
              </Button>
              <Button disabled={pending} onClick={cancel}>
                Cancel
              </Button>
            </>
          ) : (
            <>
              <Button disabled={pending} onClick={() => input.current?.click()}>
                Choose a picture
              </Button>
              {hasPicture && (
                <Button disabled={pending} onClick={() => settle(remove)}>
                  Remove
                </Button>
              )}
            </>
          )}
        </div>
        <p role={error ? "alert" : undefined} className={`text-sm ${error ? "text-danger" : "text-muted"}`}>
          {error ?? hint}
        </p>
        <input
          ref={input}
          type="file"
          accept="image/*"
          aria-label="Picture"
          hidden
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = "";
            setError(undefined);
            if (file) setChosen({ file, url: URL.createObjectURL(file) });
          }}
        />
      </div>
    </div>
  );
}
