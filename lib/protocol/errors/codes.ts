import type { z } from "zod";
import { ANSWERS } from "./answers";
import { type Entry, Reason, sentenceIn } from "./entry";
import { FIELDS } from "./fields";
import { OWN } from "./own";

/** Every code of an error, its parameters and its sentence. docs/errors.md lists them. */
export const ERRORS = { ...ANSWERS, ...FIELDS, ...OWN };

export type ErrorCode = keyof typeof ERRORS;
export type AnswerCode = keyof typeof ANSWERS;
export type FieldCode = keyof typeof FIELDS;
export type OwnCode = keyof typeof OWN;
export type Params<C extends ErrorCode> = z.infer<(typeof ERRORS)[C]["params"]>;

/** The parameters of a code as arguments: none where it has none. */
export type Given<C extends ErrorCode> = Record<string, never> extends Params<C> ? [] : [params: Params<C>];

/** A reason with one of our codes. */
export type ReasonOf<C extends ErrorCode> = { code: C; params: Params<C> };

export function reason<C extends ErrorCode>(code: C, ...[params]: Given<C>): ReasonOf<C> {
  return { code, params: params ?? ({} as Params<C>) };
}

/** What one of our codes says. */
export function sentence<C extends ErrorCode>(code: C, ...given: Given<C>): string {
  const entry: Entry = ERRORS[code];
  return entry.sentence(reason(code, ...given).params);
}

/** What to show for a reason: what its code says here, or what was said beside it where that is not known. */
export function sentenceOf(why: Reason | null, said: string): string {
  return why === null ? said : sentenceIn(ERRORS, why, said);
}

/** Why a rule of a schema fails, as its message: zod has room for a string and nothing else. {@link failureIn} reads it. */
export function fails<C extends FieldCode>(code: C, ...given: Given<C>): string {
  return JSON.stringify(reason(code, ...given));
}

/** The way back. What {@link fails} has not said is invalid, without more. */
export function failureIn(message: string): Reason {
  try {
    return Reason.parse(JSON.parse(message));
  } catch {
    return reason("invalid");
  }
}
