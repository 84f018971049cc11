import { spawnSync } from "node:child_process";
import { chownSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { StartError } from "./start-error";

/** How to start a program that refuses to run as root: what stands before its name, and whose it is to be. */
export interface Identity {
  prefix: string[];
  uid?: number;
  gid?: number;
}

const ITSELF: Identity = { prefix: [] };

/**
 * Inside a user namespace root is called 1000, and that is all PostgreSQL asks: its files stay root's, also in a
 * folder that only root can enter, and no other OS user is needed.
 */
const NAMESPACE: Identity = { prefix: ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"] };

/**
 * Who PostgreSQL runs as. Anyone but root: themselves. Root: the owner of `folder` where that is somebody else, else
 * itself under another name, else an OS user who can reach both `program` and `folder`'s parent.
 */
export function unprivileged(program: string, folder: string): Identity {
  if (process.getuid?.() !== 0) return ITSELF;
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { prefix: [], uid: owner.uid, gid: owner.gid };
  if (succeeds(NAMESPACE, ["true"])) return NAMESPACE;
  const user = candidates().find((identity) => reaches(identity, program, dirname(folder)));
  if (user) return user;
  throw new StartError(
    "PostgreSQL does not run as root, user namespaces are closed here, and no other user can reach both " +
      `${program} and ${folder}: start Parley as an ordinary user, or set DATABASE_URL.`,
  );
}

/** Hands a folder and all in it to the identity that is to use it. */
export function give(folder: string, { uid, gid }: Identity): void {
  if (uid === undefined || gid === undefined) return;
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, entry);
    if (!lstatSync(path).isSymbolicLink()) chownSync(path, uid, gid);
  }
  chownSync(folder, uid, gid);
}

/** The person behind sudo, the owner of the code, PostgreSQL's usual user, nobody. */
function candidates(): Identity[] {
  const { SUDO_UID, SUDO_GID } = process.env;
  const code = statSync(process.cwd());
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const named = ["postgres", "nobody"].flatMap((name) => accounts.filter((account) => account[0] === name));
  return [
    { uid: Number(SUDO_UID ?? 0), gid: Number(SUDO_GID ?? 0) },
    { uid: code.uid, gid: code.gid },
    ...named.map((account) => ({ uid: Number(account[2]), gid: Number(account[3]) })),
  ]
    .filter(({ uid }) => uid !== 0)
    .map((user) => ({ prefix: [], ...user }));
}

function reaches(identity: Identity, program: string, folder: string): boolean {
  return succeeds(identity, [program, "--version"]) && succeeds(identity, ["test", "-x", folder]);
}

function succeeds({ prefix, uid, gid }: Identity, command: string[]): boolean {
  const [program = "", ...args] = [...prefix, ...command];
  return spawnSync(program, args, { uid, gid, stdio: "ignore" }).status === 0;
}
