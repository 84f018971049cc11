import "server-only";
import type { z } from "zod";

/** An answer other than success: `message` is shown to people. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** 422: a sentence for each field that fails its rule. */
export class FieldError extends Error {
  constructor(readonly errors: Record<string, string>) {
    super("A field fails its rule.");
  }

  static of(error: z.ZodError): FieldError {
    const errors: Record<string, string> = {};
    for (const { path, message } of error.issues) {
      if (path.length === 0) return new FieldError({ body: "The body of this request must be a JSON object." });
      errors[String(path[0])] ??= message;
    }
    return new FieldError(errors);
  }
}

/** Nobody is signed in, or the session has ended meanwhile. */
export function signedOut(): HttpError {
  return new HttpError(401, "Sign in to go on.");
}

/** Alike for a name that nobody has and for a wrong password. */
export function wrongCredentials(): HttpError {
  return new HttpError(401, "This username and password do not go together.");
}

/** Too much waits already: a bound that keeps memory within its limits. */
export function tooBusy(): HttpError {
  return new HttpError(503, "The server is busy. Try again in a moment.", { "Retry-After": "2" });
}

/** What somebody may know of, and may not do. */
export function forbidden(message: string): HttpError {
  return new HttpError(403, message);
}

/** What does not exist and what the caller may not know of answer alike. */
export function notFound(
  what: "Conversation" | "Group" | "Invite" | "Message" | "User" | "Page" | "Session" | "Avatar" | "Identity" | "Notice",
): HttpError {
  return new HttpError(404, `${what} not found`);
}
