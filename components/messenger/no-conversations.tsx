import { FirstWord } from "./first-word";

/** The list of somebody who has just arrived. On a phone it is all there is, so what to do first stands here. */
export function NoConversations() {
  return (
    <nav aria-label="Conversations" className="flex flex-1 flex-col">
      <p className="px-5 py-3 text-sm text-muted max-md:hidden">Whom you talk to will be listed here.</p>
      <div className="m-auto pb-24 md:hidden">
        <FirstWord />
      </div>
    </nav>
  );
}
