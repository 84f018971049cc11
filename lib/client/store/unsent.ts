/** An unsent message as it is kept. It belongs to a person, not to a browser. */
export type Unsent = {
  clientId: string;
  userId: string;
  conversationId: string;
  content: string;
  createdAt: string;
  /** Order of writing, across tabs. */
  order: number;
  /** The server's sentence when it refused the message; null while it is to be sent. */
  refused: string | null;
};

/** An unsent message as it is shown. */
export type OutboxItem = {
  clientId: string;
  conversationId: string;
  content: string;
  /** ISO time at which its author pressed Enter. */
  createdAt: string;
  order: number;
  /** `pending` is on its way, `waiting` has no connection or no sign-in, `failed` was refused for `reason`. */
  state: "pending" | "waiting" | "failed";
  /** The server's sentence, of a failed one. */
  reason: string | null;
};
