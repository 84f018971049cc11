import { z } from "zod";

/** 422 carries a sentence for each field, every other error one sentence. */
export const FieldErrors = z.object({ errors: z.record(z.string(), z.string()) });
export const ErrorMessage = z.object({ message: z.string() });
export const ErrorBody = z.union([FieldErrors, ErrorMessage]);
export type ErrorBody = z.infer<typeof ErrorBody>;
