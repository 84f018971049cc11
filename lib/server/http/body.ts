import "server-only";
import { HttpError } from "./errors";

/**
 * The bytes of a body, refused with 413 past `max` bytes. A declared length is believed, because the
 * HTTP parser holds the sender to it; a body without one is counted as it arrives.
 */
async function readText(request: Request, max: number): Promise<string> {
  const declared = request.headers.get("content-length");
  if (declared !== null) {
    if (Number(declared) > max) throw new HttpError("body_too_large");
    return arriving(request.text());
  }
  return new TextDecoder().decode(await readBytes(request, max));
}

/** As {@link readText}, for binary bodies; with `withinMs` also refused with 408 where it takes longer to arrive. */
export async function readBytes(request: Request, max: number, withinMs?: number): Promise<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    if (withinMs !== undefined) timer = setTimeout(() => reject(new HttpError("upload_too_slow", {}, { Connection: "close" })), withinMs);
  });
  try {
    return await Promise.race([readAll(request, max), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(request: Request, max: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > max) throw new HttpError("body_too_large");
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const chunk = await (reader && arriving(reader.read()));
    if (!chunk || chunk.done) {
      // Some hosts end the body of who has left, and do not fail it.
      if (size < declared) throw new HttpError("body_incomplete");
      return Buffer.concat(chunks);
    }
    size += chunk.value.byteLength;
    if (size > max) {
      await reader?.cancel();
      throw new HttpError("body_too_large");
    }
    chunks.push(chunk.value);
  }
}

/** What fails while a body arrives is its sender's doing: they have gone, or told another length. */
async function arriving<T>(part: Promise<T>): Promise<T> {
  try {
    return await part;
  } catch {
    throw new HttpError("body_incomplete");
  }
}

/** A JSON body: 415 for another type, 413 past `max` bytes, 400 for what does not parse. */
export async function readJson(request: Request, max: number, optional: boolean): Promise<unknown> {
  const type = request.headers.get("content-type");
  // Only reading tells that a request without a type has no body either.
  if (type === null && optional && (await readText(request, max)) === "") return {};
  if (!type || !/^application\/json\s*(;|$)/i.test(type)) {
    throw new HttpError("wrong_media_type", { type: "application/json" });
  }
  const text = await readText(request, max);
  if (text === "" && optional) return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError("json_malformed");
  }
}

/** The fields of a form, of each name the first: 415 for another type, 413 past `max` bytes. */
export async function readForm(request: Request, max: number): Promise<Record<string, string>> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers.get("content-type") ?? "")) {
    throw new HttpError("wrong_media_type", { type: "application/x-www-form-urlencoded" });
  }
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(await readText(request, max))) fields[name] ??= value;
  return fields;
}
