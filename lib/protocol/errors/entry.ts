import { z } from "zod";

/** What happened, as a code and its parameters: what a program goes by, and what a sentence of any language is made from. */
export const Reason = z.object({ code: z.string(), params: z.record(z.string(), z.unknown()) });
export type Reason = z.infer<typeof Reason>;

/** What a code says. A parameter is data and no word of the sentence, which another language would decline. */
export type Entry<P extends z.ZodObject = z.ZodObject> = { params: P; sentence: (params: z.infer<P>) => string };

export type Registry = Readonly<Record<string, Entry>>;

const NO_PARAMS = z.object({});

export function says(sentence: string): Entry<typeof NO_PARAMS>;
export function says<S extends z.ZodRawShape>(params: S, sentence: (params: z.infer<z.ZodObject<S>>) => string): Entry<z.ZodObject<S>>;
export function says(first: string | z.ZodRawShape, sentence?: (params: never) => string): Entry {
  if (typeof first === "string") return { params: NO_PARAMS, sentence: () => first };
  return { params: z.object(first), sentence: sentence as Entry["sentence"] };
}

/** The sentence of a reason, or `otherwise` where its code, or a parameter of it, is of another version and not known here. */
export function sentenceIn(registry: Registry, { code, params }: Reason, otherwise: string): string {
  const entry = Object.hasOwn(registry, code) ? registry[code] : undefined;
  const parsed = entry?.params.safeParse(params);
  return entry && parsed?.success ? entry.sentence(parsed.data) : otherwise;
}

/** A number as a sentence has it: 4,000. */
export function inDigits(n: number): string {
  return n.toLocaleString("en");
}
