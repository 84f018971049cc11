"use client";

import { useState } from "react";
import { displayName, hueOf, initials } from "@/lib/client/screen/person";
import type { User } from "@/lib/protocol/users";

const SIZES = { sm: "size-8 text-xs", md: "size-11 text-base", lg: "size-20 text-xl" } as const;

/** A person's picture, or where there is none or it does not load their initials. Their name stands beside it, so it is silent. */
export function Avatar({ user, size = "md" }: { user: User; size?: keyof typeof SIZES }) {
  const [broken, setBroken] = useState<string | null>(null);
  const url = user.avatarURL === broken ? null : user.avatarURL;
  return (
    <span
      aria-hidden="true"
      data-hue={hueOf(user.id)}
      className={`person relative inline-flex shrink-0 items-center justify-center overflow-hidden rounded-full font-medium select-none ${SIZES[size]}`}
    >
      {initials(user)}
      {url && (
        // biome-ignore lint/performance/noImgElement: small, already the right size, and served by ourselves
        <img
          src={url}
          alt=""
          decoding="async"
          className="absolute inset-0 size-full object-cover"
          onError={() => setBroken(url)}
          // One that failed before the script came tells nobody any more.
          ref={(image) => {
            if (image?.complete && image.naturalWidth === 0) setBroken(url);
          }}
        />
      )}
    </span>
  );
}

/** A name as its owner writes it, in its own direction, on one line. */
export function PersonName({ user, className = "" }: { user: User; className?: string }) {
  return (
    <bdi dir="auto" className={`truncate ${className}`}>
      {displayName(user)}
    </bdi>
  );
}
