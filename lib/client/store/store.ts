import { change, type Step } from "./draft";
import type { MessengerState } from "./state";

/** State and who listens to it. Listeners are told of another state, never of the same one. */
export function createStore<S>(initial: S) {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    getState: (): S => state,
    setState(next: S): void {
      if (Object.is(next, state)) return;
      state = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** The messenger's store: however many steps a change has, whoever listens is told once. */
export function createMessengerStore(initial: MessengerState) {
  const { getState, setState, subscribe } = createStore(initial);
  return {
    getState,
    subscribe,
    change(...steps: readonly Step[]): void {
      setState(change(getState(), ...steps));
    },
    /** Changes some fields for which nothing else has to be looked at. */
    patch(fields: Partial<MessengerState>): void {
      const state = getState();
      const differs = Object.entries(fields).some(([key, value]) => !Object.is(value, state[key as keyof MessengerState]));
      if (differs) setState({ ...state, ...fields });
    },
  };
}

export type Store = ReturnType<typeof createMessengerStore>;
