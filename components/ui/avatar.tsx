"use client";

import { useState } from "react";
import { displayName, hueOf, initials } from "@/lib/client/screen/person";
import type { Group } from "@/lib/protocol/groups";
import type { User } from "@/lib/protocol/users";

const SIZES = { sm: "size-8 text-xs", md: "size-11 text-base", lg: "size-20 text-xl" } as const;

type Size = keyof typeof SIZES;

/** A person's picture, or where there is none or it does not load their initials. Their name stands beside it, so it is silent. */
export function Avatar({ user, size = "md" }: { user: User; size?: Size }) {
  return <Picture id={user.id} url={user.avatarURL} letters={initials(user)} className={`rounded-full ${SIZES[size]}`} />;
}

/** A group's picture, told from a person's by its corners. */
export function GroupAvatar({ group, size = "md" }: { group: Pick<Group, "id" | "name" | "avatarURL">; size?: Size }) {
  const letters = initials({ name: group.name, username: "" });
  return <Picture id={group.id} url={group.avatarURL} letters={letters} className={`rounded-[32%] ${SIZES[size]}`} />;
}

function Picture({ id, url: given, letters, className }: { id: string; url: string | null; letters: string; className: string }) {
  const [broken, setBroken] = useState<string | null>(null);
  const url = given === broken ? null : given;
  return (
    <span
      aria-hidden="true"
      data-hue={hueOf(id)}
      className={`person relative inline-flex shrink-0 items-center justify-center overflow-hidden font-medium select-none ${className}`}
    >
      {letters}
      {url && (
        // biome-ignore lint/performance/noImgElement: small, already the right size, and served by ourselves
        <img
          src={url}
          alt=""
          decoding="async"
          loading="lazy"
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
