import { expect } from "vitest";
import { z } from "zod";
import { ANSWERS } from "@/lib/protocol/errors/answers";
import { Reason, type Registry, sentenceIn } from "@/lib/protocol/errors/entry";
import { FIELDS } from "@/lib/protocol/errors/fields";

const MessageBody = z.strictObject({ message: z.string(), ...Reason.shape });
const FieldsBody = z.strictObject({ errors: z.record(z.string(), z.string()), codes: z.record(z.string(), z.strictObject(Reason.shape)) });

/**
 * Throws unless an error of the API says why as it has to: by a code that is known, with the status and the parameters that
 * the code has and no others, and with its sentence beside. Pages, and what next-auth answers by itself, say nothing of the
 * kind.
 */
export async function checkRefusal(path: string, method: string, answer: Response): Promise<void> {
  if (answer.status < 400 || !path.startsWith("/api/") || path.startsWith("/api/forms/")) return;
  const text = await answer.clone().text();
  // To HEAD nothing says more, and Next refuses methods without a word.
  if (text === "" && (method === "HEAD" || answer.status === 405)) return;
  if (path.startsWith("/api/auth/") && isOfNextAuth(text)) return;
  const body = JSON.parse(text);
  expect(body, `${method} ${path}, ${answer.status}`).toEqual("errors" in body ? fieldsAsKnown(body) : messageAsKnown(body, answer.status));
}

/** As it has to be, going by its code alone. */
function messageAsKnown(body: unknown, status: number): z.infer<typeof MessageBody> {
  const { code, params } = MessageBody.parse(body);
  const known: Registry = Object.fromEntries(Object.entries(ANSWERS).filter(([, entry]) => entry.status === status));
  return { message: sentenceIn(known, { code, params }, "no sentence"), ...reasonAsKnown(known, { code, params }) };
}

function fieldsAsKnown(body: unknown): z.infer<typeof FieldsBody> {
  // `invalid` is what a rule without a code of its own falls back to.
  const { invalid: _, ...known } = FIELDS;
  const codes = Object.entries(FieldsBody.parse(body).codes);
  return {
    errors: Object.fromEntries(codes.map(([field, why]) => [field, sentenceIn(known, why, "no sentence")])),
    codes: Object.fromEntries(codes.map(([field, why]) => [field, reasonAsKnown(known, why)])),
  };
}

function reasonAsKnown(known: Registry, { code, params }: Reason): Reason {
  return { code, params: known[code]?.params.safeParse(params).data ?? {} };
}

function isOfNextAuth(text: string): boolean {
  try {
    return Object.keys(JSON.parse(text)).join() === "url";
  } catch {
    return true;
  }
}
