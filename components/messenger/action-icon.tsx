import { Archive, ArchiveRestore, ArrowUp, Bell, BellOff, Mail, MailOpen, Pin, PinOff } from "lucide-react";
import type { ActionName } from "@/lib/client/screen/conversation-actions";

const ICONS = {
  pin: Pin,
  unpin: PinOff,
  raise: ArrowUp,
  mute: BellOff,
  unmute: Bell,
  archive: Archive,
  unarchive: ArchiveRestore,
  read: MailOpen,
  unread: Mail,
} as const;

export function ActionIcon({ name }: { name: ActionName }) {
  const Icon = ICONS[name];
  return <Icon aria-hidden="true" className="size-4 shrink-0 text-muted" />;
}
