import type { User } from "@/lib/protocol/users";
import type { Draft } from "./draft";

/**
 * Takes in how somebody is called and looks: the stream told of a change, or an answer did. To an answer all that the
 * stream has told since it was asked for is applied again, so the later of the two is always what stays.
 */
export function learnUser(draft: Draft, user: User): void {
  const known = draft.state.users[user.id];
  const same = known && known.username === user.username && known.name === user.name && known.avatarURL === user.avatarURL;
  if (!same) draft.setUser(user);
}

/** A live message tells its sender as the server remembered them, which may be from before the last change. */
export function meetUser(draft: Draft, user: User): void {
  if (!draft.state.users[user.id]) draft.setUser(user);
}
