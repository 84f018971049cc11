import { AVATAR_BODY_MAX } from "@/lib/protocol/limits";
import { User } from "@/lib/protocol/users";
import { type FormErrors, formErrors } from "./access";

/** Either what the server answered, or what to tell, by field. */
export type Outcome<T> = { value: T; errors: null } | { value: null; errors: FormErrors };

export const rename = (name: string): Promise<Outcome<User>> => change("PATCH", "/api/auth_user", User.parse, { name });

/** The new avatar as the server re-encoded it. */
export async function uploadAvatar(file: File): Promise<Outcome<User>> {
  if (!file.type.startsWith("image/")) return refuse({ avatar: "That file is not a picture." });
  if (file.size > AVATAR_BODY_MAX) return refuse({ avatar: `A picture has at most ${AVATAR_BODY_MAX / 1024 / 1024} MB.` });
  return change("PUT", "/api/auth_user/avatar", User.parse, file);
}

export const removeAvatar = (): Promise<Outcome<User>> => change("DELETE", "/api/auth_user/avatar", User.parse);

/** `currentPassword` is left out by those who have none yet. */
export const changePassword = (input: { currentPassword?: string; newPassword: string }): Promise<Outcome<void>> =>
  change("PUT", "/api/auth_user/password", nothing, input);

export const endSession = (id: string): Promise<Outcome<void>> => change("DELETE", `/api/sessions/${encodeURIComponent(id)}`, nothing);

/** Every device, this one too. */
export const endAllSessions = (): Promise<Outcome<void>> => change("DELETE", "/api/sessions", nothing);

export const endThisSession = (): Promise<Outcome<void>> => change("POST", "/api/logout", nothing);

function nothing(): void {}

async function change<T>(method: string, path: string, read: (body: unknown) => T, body?: object): Promise<Outcome<T>> {
  const file = body instanceof Blob;
  try {
    const response = await fetch(path, {
      method,
      headers: body && { "content-type": file ? body.type : "application/json" },
      body: body && (file ? body : JSON.stringify(body)),
    });
    if (!response.ok) return refuse(await formErrors(response));
    return { value: read(response.status === 204 ? null : await response.json()), errors: null };
  } catch {
    return refuse({ form: "The server cannot be reached. Try again in a moment." });
  }
}

function refuse(errors: FormErrors): { value: null; errors: FormErrors } {
  return { value: null, errors };
}
