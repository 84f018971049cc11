import { z } from "zod";
import { Conversation } from "@/lib/protocol/conversations";
import {
  type ChangeGroupInput,
  Group,
  Invite,
  InvitePreview,
  ListedGroup,
  type MakeGroupInput,
  type MakeInviteInput,
  OnlineCount,
  Participant,
} from "@/lib/protocol/groups";
import type { Role } from "@/lib/protocol/quiet-lines";
import { query, type Request, type RowsPage } from "./request";

/** What the contract says of groups. */
export function groupsOf(request: Request) {
  return {
    makeGroup: (input: Partial<MakeGroupInput>) => request("POST", "/groups", Conversation, input),
    openGroups: (page: RowsPage = {}, signal?: AbortSignal) =>
      request("GET", `/groups${query(page)}`, z.array(ListedGroup), undefined, signal),
    changeGroup: (id: string, input: ChangeGroupInput) => request("PATCH", `/groups/${id}`, Group, input),
    setGroupAvatar: (id: string, file: File) => request("PUT", `/groups/${id}/avatar`, Group, file),
    removeGroupAvatar: (id: string) => request("DELETE", `/groups/${id}/avatar`, Group),
    participants: (id: string, page: RowsPage = {}, signal?: AbortSignal) =>
      request("GET", `/groups/${id}/participants${query(page)}`, z.array(Participant), undefined, signal),
    onlineCount: (id: string, signal?: AbortSignal) => request("GET", `/groups/${id}/online`, OnlineCount, undefined, signal),
    addParticipants: (id: string, usernames: readonly string[]) =>
      request("POST", `/groups/${id}/participants`, z.array(Participant), { usernames }),
    changeRole: (id: string, userId: string, role: Role) => request("PATCH", `/groups/${id}/participants/${userId}`, Participant, { role }),
    /** Of oneself: leaves. */
    removeParticipant: (id: string, userId: string) => request("DELETE", `/groups/${id}/participants/${userId}`, z.unknown()),
    joinGroup: (id: string) => request("POST", `/groups/${id}/join`, Conversation),
    invites: (id: string) => request("GET", `/groups/${id}/invites`, z.array(Invite)),
    makeInvite: (id: string, input: MakeInviteInput) => request("POST", `/groups/${id}/invites`, Invite, input),
    revokeInvite: (id: string, inviteId: string) => request("DELETE", `/groups/${id}/invites/${inviteId}`, z.unknown()),
    invite: (token: string) => request("GET", `/invites/${encodeURIComponent(token)}`, InvitePreview),
    joinByInvite: (token: string) => request("POST", `/invites/${encodeURIComponent(token)}/join`, Conversation),
  };
}
