import { z } from "zod";
import { type AnswerCode, type ReasonOf, sentenceOf } from "./codes";
import { Reason } from "./entry";

// A server of the version before sends no codes, and what is odd counts as none.
const ErrorMessage = z.object({ message: z.string() });
const FieldErrors = z.object({ errors: z.record(z.string(), z.string()) });
const Codes = z.object({ codes: z.record(z.string(), z.unknown()) });

/** 422 carries a sentence for each field, every other error one sentence; beside each stands why, as a code and its parameters. */
export type ErrorBody = MessageBody | FieldsBody;
type MessageBody = z.infer<typeof ErrorMessage> & Reason;
type FieldsBody = z.infer<typeof FieldErrors> & { codes: Readonly<Record<string, Reason>> };

export function messageBody(why: ReasonOf<AnswerCode>): MessageBody {
  return { message: sentenceOf(why, ""), ...why };
}

export function fieldsBody(codes: Readonly<Record<string, Reason>>): FieldsBody {
  const errors = Object.entries(codes).map(([field, why]) => [field, sentenceOf(why, "")]);
  return { errors: Object.fromEntries(errors), codes };
}

/** What a refused request says. */
export type Explanation = {
  /** A sentence for a person; of a 422 that of its first field. */
  message: string;
  /** Null where the server does not say it. */
  reason: Reason | null;
  /** A sentence for each field, of a 422. */
  fields: Readonly<Record<string, string>>;
};

/** What the body of an error says; null where it is none of ours. Of a code that is not known here the sentence stays as it came. */
export function explanationIn(body: unknown): Explanation | null {
  const message = ErrorMessage.safeParse(body).data?.message;
  if (message !== undefined) {
    const why = Reason.safeParse(body).data ?? null;
    return { message: sentenceOf(why, message), reason: why, fields: {} };
  }
  const errors = Object.entries(FieldErrors.safeParse(body).data?.errors ?? {});
  if (errors.length === 0) return null;
  const codes = Codes.safeParse(body).data?.codes ?? {};
  const said = errors.map(([field, text]) => {
    const why = Reason.safeParse(codes[field]).data ?? null;
    return { field, why, text: sentenceOf(why, text) };
  });
  return {
    message: said[0]?.text ?? "",
    reason: said[0]?.why ?? null,
    fields: Object.fromEntries(said.map(({ field, text }) => [field, text])),
  };
}
