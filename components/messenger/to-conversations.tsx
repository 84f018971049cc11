import Link from "next/link";
import { buttonClass } from "@/components/ui/button";

type Props = {
  look?: "primary" | "quiet";
  /** By a new document, for when what failed may be in this one. */
  afresh?: boolean;
};

/** The way on from a page or a conversation that is not there. */
export function ToConversations({ look = "quiet", afresh = false }: Props) {
  const Way = afresh ? "a" : Link;
  return (
    <Way href="/" className={buttonClass(look)}>
      To your conversations
    </Way>
  );
}
