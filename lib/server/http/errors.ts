import "server-only";
import type { z } from "zod";
import { type ErrorBody, fieldsBody, messageBody } from "@/lib/protocol/errors/body";
import { type AnswerCode, ERRORS, failureIn, type Given, type Params, type ReasonOf, reason } from "@/lib/protocol/errors/codes";
import type { Reason } from "@/lib/protocol/errors/entry";

type Headers = Record<string, string>;

/** An answer other than success, by its code: status and sentence are the registry's. */
export class HttpError<C extends AnswerCode = AnswerCode> extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Headers;
  constructor(
    readonly code: C,
    ...[params, headers]: Given<C> extends [] ? [params?: Params<C>, headers?: Headers] : [params: Params<C>, headers?: Headers]
  ) {
    const given = params ?? {};
    const body = messageBody({ code, params: given } as ReasonOf<AnswerCode>);
    super(body.message);
    this.status = ERRORS[code].status;
    this.body = body;
    const later: Headers = "retryAfter" in given ? { "Retry-After": String(given.retryAfter) } : {};
    this.headers = { ...later, ...headers };
  }
}

/** 422: why each field fails that fails its rule. */
export class FieldError extends Error {
  readonly status = 422;
  readonly body: ErrorBody;
  readonly headers: Headers = {};
  constructor(codes: Readonly<Record<string, Reason>>) {
    super("A field fails its rule.");
    this.body = fieldsBody(codes);
  }

  static of(error: z.ZodError): FieldError {
    const codes: Record<string, Reason> = {};
    for (const { path, message } of error.issues) {
      if (path.length === 0) return new FieldError({ body: reason("body_not_object") });
      codes[String(path[0])] ??= failureIn(message);
    }
    return new FieldError(codes);
  }
}

/** Too much waits already: a bound that keeps memory within its limits. */
export function tooBusy(): HttpError {
  return new HttpError("server_busy", { retryAfter: 2 });
}
