"use client";

import { Camera } from "lucide-react";
import { useEffect, useRef, useState } from "react";

/** The picture of a group that is about to be made: chosen here, sent once the group is there. */
export function GroupPicture({ onChoose }: { onChoose: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (url) return () => URL.revokeObjectURL(url);
  }, [url]);
  return (
    <>
      <button
        type="button"
        aria-label={url ? "Choose another picture" : "Choose a picture"}
        onClick={() => input.current?.click()}
        className="relative flex size-16 shrink-0 items-center justify-center overflow-hidden rounded-[32%] bg-hover text-muted transition-colors duration-120 hover:text-text"
      >
        <Camera aria-hidden="true" className="size-5" />
        {url && (
          // biome-ignore lint/performance/noImgElement: a file of this device
          <img src={url} alt="" className="absolute inset-0 size-full object-cover" />
        )}
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        aria-label="Picture"
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (!file) return;
          setUrl(URL.createObjectURL(file));
          onChoose(file);
        }}
      />
    </>
  );
}
