import type { Api } from "../api";
import { ApiError } from "../request";
import type { Store } from "../store/store";
import type { Outcome } from "./account";

/** Milliseconds in which the answer that brings a new cookie has arrived, once its session is known to the server. */
const COOKIE_MS = 500;

/** Whether the person of this page is signed in here: what ends that, and what brings them back. */
export function createSession(options: {
  userId: string;
  api: Pick<Api, "authUser">;
  store: Store;
  /** It may be over: nothing goes out until that is known. */
  onDoubt: () => void;
  /** It is over: this tab is signed out, and the other tabs have the same cookie. */
  onEnd: () => void;
  /** It goes on. */
  onGoOn: () => void;
}) {
  const { userId, api, store, onDoubt, onEnd, onGoOn } = options;
  let doubting = false;
  let leaving = false;

  return {
    get isLeaving(): boolean {
      return leaving;
    },
    /**
     * The session that this tab knows has ended. Its browser may have another one of the same person: a changed password
     * gives it a new cookie, which can arrive after the news. So a tab that is refused asks again a moment later.
     */
    async doubt(): Promise<void> {
      // A tab that signs out knows that its session ends.
      if (doubting || leaving || store.getState().signedOut) return;
      doubting = true;
      onDoubt();
      await new Promise((resolve) => setTimeout(resolve, COOKIE_MS));
      const refused = await api.authUser().then(
        () => null,
        (error: unknown) => error,
      );
      doubting = false;
      if (!(refused instanceof ApiError && refused.status === 401)) return onGoOn();
      store.patch({ signedOut: true });
      onEnd();
    },
    /** Goes on where the same person is signed in again; another one gets nothing of what is held here. */
    async returnFromSignIn(): Promise<void> {
      if (!store.getState().signedOut) return;
      const user = await api.authUser().catch(() => null);
      if (user?.id !== userId || !store.getState().signedOut) return;
      store.patch({ signedOut: false });
      onGoOn();
    },
    /** Signs out by `end`; until that has failed nothing else is asked for. */
    async leave(end: () => Promise<Outcome<void>>): Promise<Outcome<void>> {
      leaving = true;
      const outcome = await end();
      if (outcome.errors) leaving = false;
      return outcome;
    },
    /** Whoever goes back to a page that they have left is shown the way in. */
    stay(): void {
      leaving = false;
    },
  };
}
