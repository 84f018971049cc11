import { displayName, hueOf, initials } from "@/lib/client/person";
import type { User } from "@/lib/protocol/users";

const SIZES = { sm: "size-8 text-xs", md: "size-11 text-base", lg: "size-20 text-xl" } as const;

/**
 * A person's picture over their initials: a picture that is missing or does not load shows the
 * initials, with no script involved. Their name always stands beside it, so it is silent.
 */
export function Avatar({ user, size = "md" }: { user: User; size?: keyof typeof SIZES }) {
  return (
    <span
      aria-hidden="true"
      data-hue={hueOf(user.id)}
      className={`person relative inline-flex shrink-0 items-center justify-center overflow-hidden rounded-full font-medium select-none ${SIZES[size]}`}
    >
      {initials(user)}
      {user.avatarURL && (
        // biome-ignore lint/performance/noImgElement: small, already the right size, and served by ourselves
        <img src={user.avatarURL} alt="" loading="lazy" decoding="async" className="absolute inset-0 size-full object-cover" />
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
