"use client";

import { Camera } from "lucide-react";
import { usePictureChoice } from "@/components/ui/picture-choice";

/** The picture of a group that is about to be made: chosen here, sent once the group is there. */
export function GroupPicture({ onChoose, onUnreadable }: { onChoose: (file: File | null) => void; onUnreadable: () => void }) {
  const { chosen, input, choose, forget } = usePictureChoice(onChoose);
  const drop = () => {
    forget();
    onChoose(null);
    onUnreadable();
  };
  return (
    <>
      <button
        type="button"
        aria-label={chosen ? "Choose another picture" : "Choose a picture"}
        onClick={choose}
        className="relative flex size-16 shrink-0 items-center justify-center overflow-hidden rounded-[32%] bg-hover text-muted transition-colors duration-120 hover:text-text"
      >
        <Camera aria-hidden="true" className="size-5" />
        {chosen && (
          // biome-ignore lint/performance/noImgElement: a file of this device
          <img src={chosen.url} alt="" onError={drop} className="absolute inset-0 size-full object-cover" />
        )}
      </button>
      {input}
    </>
  );
}
