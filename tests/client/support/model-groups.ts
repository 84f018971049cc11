import type { Group } from "@/lib/protocol/groups";
import type { QuietLine } from "@/lib/protocol/quiet-lines";
import { ModelConversations } from "./model-conversations";
import { groupOf, NEW_PLACE, type Place } from "./model-places";

/** Groups, who comes to them and goes, and what people set in a conversation for themselves. */
export abstract class ModelGroups extends ModelConversations {
  /** Of places: a number for all of them, since one that was left and taken again goes on. */
  private version = 0;

  /** A group of these people; once more only what is missing of it. */
  startGroup(id: string, ...people: [owner: string, ...others: string[]]): string {
    if (!this.conversations.has(id)) {
      this.conversations.set(id, { id, group: groupOf(id), messages: [], places: new Map() });
      this.join(id, people[0], "all");
    }
    for (const person of people) if (!this.conversationOf(id).places.has(person)) this.join(id, person, "all");
    return id;
  }

  /** Takes part from here on; of what was said before they see all or nothing. */
  join(id: string, person: string, history: Group["history"]): void {
    const { places, messages } = this.conversationOf(id);
    if (places.has(person)) return;
    const seq = messages.length;
    const listedAt = new Date(this.clock).toISOString();
    places.set(person, { ...NEW_PLACE, readSeq: seq, fromSeq: history === "all" ? 0 : seq, listedAt, version: ++this.version });
    this.tellPlace(id, person);
    this.changeGroup(id, { participantCount: places.size });
    this.note(id, person, { kind: "joined" });
  }

  /** Hears nothing any more from here on. */
  remove(id: string, person: string): void {
    const { places } = this.conversationOf(id);
    if (!places.delete(person)) return;
    this.tellPlace(id, person);
    const [first] = places.keys();
    if (first === undefined) return;
    this.changeGroup(id, { participantCount: places.size });
    this.note(id, first, { kind: "removed", users: [this.userOf(person)] });
  }

  changeGroup(id: string, fields: Partial<Group>): void {
    const conversation = this.conversationOf(id);
    if (!conversation.group) return;
    const group = { ...conversation.group, ...fields, version: conversation.group.version + 1 };
    conversation.group = group;
    this.publish([...conversation.places.keys()], () => ({ type: "conversation", group: this.conversationOf(id).group ?? group }));
  }

  /** What somebody sets for themselves; or, with `readSeq`, marks as unread. */
  setPlace(id: string, person: string, fields: Partial<Place>): void {
    const { places } = this.conversationOf(id);
    const place = places.get(person);
    if (!place) return;
    places.set(person, { ...place, ...fields, version: ++this.version });
    this.tellPlace(id, person);
  }

  /** A quiet line. */
  protected note(id: string, senderId: string, notice: QuietLine): void {
    this.append(id, senderId, notice.kind, { notice });
  }

  protected tellPlace(conversationId: string, person: string): void {
    this.publish([person], (viewer) => ({ type: "place", conversationId, conversation: this.viewOrNull(conversationId, viewer) }));
  }
}
