import { sentence } from "@/lib/protocol/errors/codes";
import { AVATAR_BODY_MAX } from "@/lib/protocol/limits";
import { User } from "@/lib/protocol/users";
import { explanationOf, type FormErrors, formErrors, UNREACHABLE } from "./access";

/** Either what the server answered, or what to tell, by field. */
export type Outcome<T> = { value: T; errors: null } | { value: null; errors: FormErrors };

export type Account = ReturnType<typeof createAccount>;

/** Who is signed in here, where it is not the person whom a page was made for. */
export type Stranger = "nobody" | "somebody else";

/**
 * The changes that people make to their own account. Each says for whom it is made, so that a page that one person has
 * left open changes nothing of another who has signed in since: then `onStranger` is told, and nothing has happened.
 */
export function createAccount({ userId, onStranger }: { userId: string; onStranger?: (who: Stranger) => void }) {
  async function change<T>(method: string, path: string, read: (body: unknown) => T, body?: object): Promise<Outcome<T>> {
    const plain = body instanceof Blob || body instanceof URLSearchParams;
    const headers: Record<string, string> = { "parley-user": userId };
    if (body instanceof Blob) headers["content-type"] = body.type;
    else if (body && !plain) headers["content-type"] = "application/json";
    try {
      const response = await fetch(path, { method, headers, body: body && (plain ? body : JSON.stringify(body)) });
      if (!response.ok) {
        const said = await explanationOf(response);
        if (response.status === 401) onStranger?.((said.reason && STRANGERS[said.reason.code]) ?? (await whoIsHere()));
        return refuse(formErrors(said));
      }
      return { value: read(response.status === 204 ? null : await response.json()), errors: null };
    } catch {
      return refuse(UNREACHABLE);
    }
  }

  return {
    rename: (name: string) => change("PATCH", "/api/auth_user", User.parse, { name }),
    /** The new avatar as the server re-encoded it. */
    async uploadAvatar(file: File): Promise<Outcome<User>> {
      if (!file.type.startsWith("image/")) return refuse({ avatar: sentence("file_not_picture") });
      if (file.size > AVATAR_BODY_MAX) return refuse({ avatar: sentence("file_too_large", { max: AVATAR_BODY_MAX }) });
      return change("PUT", "/api/auth_user/avatar", User.parse, file);
    },
    removeAvatar: () => change("DELETE", "/api/auth_user/avatar", User.parse),
    /** `currentPassword` is left out by those who have none yet. */
    changePassword: (input: { currentPassword?: string; newPassword: string }) => change("PUT", "/api/auth_user/password", nothing, input),
    /** Begins to link an identity: where to go for that. */
    async beginLink(providerId: string): Promise<Outcome<string>> {
      // Where there is no token to be had, what is asked with it says why.
      const { csrfToken } = await fetch("/api/auth/csrf")
        .then((answer) => answer.json())
        .catch(() => ({ csrfToken: "" }));
      const form = new URLSearchParams({ csrfToken, callbackUrl: "/settings", json: "true" });
      return change("POST", `/api/auth/signin/${encodeURIComponent(providerId)}`, (body) => (body as { url: string }).url, form);
    },
    unlinkIdentity: (id: string) => change("DELETE", `/api/identities/${encodeURIComponent(id)}`, nothing),
    dismissNotice: (id: string) => change("DELETE", `/api/notices/${encodeURIComponent(id)}`, nothing),
    endSession: (id: string) => change("DELETE", `/api/sessions/${encodeURIComponent(id)}`, nothing),
    /** Every device, this one too. */
    endAllSessions: () => change("DELETE", "/api/sessions", nothing),
    endThisSession: () => change("POST", "/api/logout", nothing),
  };
}

/** Who is here instead, as a refusal says it. */
const STRANGERS: Readonly<Record<string, Stranger>> = {
  sign_in_required: "nobody",
  signed_in_as_another: "somebody else",
};

/** The same of a server of the version before, which does not say it. */
async function whoIsHere(): Promise<Stranger> {
  return (await fetch("/api/auth_user")).ok ? "somebody else" : "nobody";
}

function nothing(): void {}

function refuse(errors: FormErrors): { value: null; errors: FormErrors } {
  return { value: null, errors };
}
