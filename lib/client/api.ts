import { z } from "zod";
import { type ChangePlaceInput, Conversation } from "@/lib/protocol/conversations";
import { Message } from "@/lib/protocol/messages";
import { FoundUser, User } from "@/lib/protocol/users";
import { groupsOf } from "./api-groups";
import { createRequest, query, type RowsPage } from "./request";

export type Page = { limit?: number; before?: string; after?: string; around?: string };
export type ListPage = { limit?: number; before?: string; unread?: boolean; archived?: boolean; pinned?: boolean };
export type Api = ReturnType<typeof createApi>;

/** The contract as functions, for one user. */
export function createApi(options: Parameters<typeof createRequest>[0]) {
  const request = createRequest(options);
  return {
    authUser: (signal?: AbortSignal) => request("GET", "/auth_user", User, undefined, signal),
    users: (search: string, signal?: AbortSignal) =>
      request("GET", `/users?${new URLSearchParams({ search })}`, z.array(FoundUser), undefined, signal),
    conversations: (page: ListPage = {}, signal?: AbortSignal) =>
      request("GET", `/conversations${query(page)}`, z.array(Conversation), undefined, signal),
    conversation: (id: string, signal?: AbortSignal) => request("GET", `/conversations/${id}`, Conversation, undefined, signal),
    /** Where the two already have one the server redirects to it, and fetch follows. */
    startConversation: (username: string) => request("POST", "/conversations", Conversation, { username }),
    messages: (id: string, page: Page = {}, signal?: AbortSignal) =>
      request("GET", `/conversations/${id}/messages${query(page)}`, z.array(Message), undefined, signal),
    sendMessage: (id: string, input: { content: string; clientId: string }) =>
      request("POST", `/conversations/${id}/messages`, Message, input),
    markRead: (id: string, upTo: string) => request("POST", `/conversations/${id}/read_messages`, z.unknown(), { upTo }),
    markAllRead: () => request("POST", "/read_all", z.unknown()),
    changePlace: (id: string, input: ChangePlaceInput) => request("PATCH", `/conversations/${id}/place`, Conversation, input),
    readers: (id: string, messageId: string, page: RowsPage = {}, signal?: AbortSignal) =>
      request("GET", `/conversations/${id}/messages/${messageId}/readers${query(page)}`, z.array(User), undefined, signal),
    ...groupsOf(request),
  };
}
