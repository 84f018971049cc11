"use client";

import { type ReactNode, useState, useTransition } from "react";
import { Button } from "./button";
import { usePictureChoice } from "./picture-choice";

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
  const [error, setError] = useState<string>();
  const [pending, startTransition] = useTransition();
  const { chosen, input, choose, forget } = usePictureChoice(() => setError(undefined));

  const settle = (work: Props["remove"]) =>
    startTransition(async () => {
      const refused = await work();
      setError(refused?.message);
      // What is no picture cannot be used the next time either: one chooses another.
      if (!refused || refused.final) forget();
    });

  function cancel() {
    forget();
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
              <Button disabled={pending} onClick={choose}>
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
        {input}
      </div>
    </div>
  );
}
