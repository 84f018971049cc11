import type { ChangeGroupInput, MakeGroupInput } from "@/lib/protocol/groups";
import type { Api } from "../api";
import { applyGroup, learnConversations } from "../store/conversations";
import type { Store } from "../store/store";
import type { Intake } from "./intake";
import { randomId } from "./random-id";

/** What people do with groups. Each throws an ApiError where the server refuses it; what it answers is taken in. */
export function createGroupChanges({ store, api, intake }: { store: Store; api: Api; intake: Intake }) {
  const learn = (request: () => ReturnType<Api["makeGroup"]>) =>
    intake.fetchInto(request, (draft, conversation) => learnConversations(draft, [conversation]));
  const change = (request: () => ReturnType<Api["changeGroup"]>) => intake.fetchInto(request, applyGroup);

  return {
    /** `clientId` makes it harmless to try again. */
    makeGroup: (input: Partial<MakeGroupInput>, clientId = randomId()) => learn(() => api.makeGroup({ ...input, clientId })),
    joinGroup: (id: string) => learn(() => api.joinGroup(id)),
    changeGroup: (id: string, input: ChangeGroupInput) => change(() => api.changeGroup(id, input)),
    setGroupAvatar: (id: string, file: File) => change(() => api.setGroupAvatar(id, file)),
    removeGroupAvatar: (id: string) => change(() => api.removeGroupAvatar(id)),
    async leaveGroup(id: string): Promise<void> {
      await api.removeParticipant(id, store.getState().me.id);
      store.change((draft) => draft.removeConversation(id));
    },
  };
}
