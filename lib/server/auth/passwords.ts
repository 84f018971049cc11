import "server-only";
import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { HttpError } from "../http/errors";
import { single } from "../single";

/** Argon2id (the library's default variant) with the parameters of the OWASP Password Storage Cheat Sheet. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The hash of a password that nobody has, so that an unknown name costs what a wrong password costs. */
const NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$kdikc0ehCttsR+pFWWWNOQ$uow30itwmhTMlAoSqphKmGwposS4vf+qd5uYmyZILWo";

/**
 * Hashing takes a thread and 19 MiB for its while. A flood of sign-ins gets at most all processors but one,
 * waits in line for them, and past the end of that line is refused at once.
 */
const AT_ONCE = Math.max(1, Math.min(3, availableParallelism() - 1));
const WAITING_MAX = 200;

const line = single("password hashing", () => ({ running: 0, waiting: [] as (() => void)[] }));

export function hashPassword(password: string): Promise<string> {
  return inLine(() => hash(password, PARAMETERS));
}

/** Whether this is the password. Takes as long where there is none (`null`), and is then false. */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await inLine(() => verify(passwordHash ?? NOBODYS, password));
  return matches && passwordHash !== null;
}

async function inLine<T>(work: () => Promise<T>): Promise<T> {
  if (line.waiting.length >= WAITING_MAX) {
    throw new HttpError("too_many_sign_ins", { retryAfter: 5 });
  }
  if (line.running < AT_ONCE) line.running++;
  else await new Promise<void>((resolve) => line.waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = line.waiting.shift();
    if (next) next();
    else line.running--;
  }
}
