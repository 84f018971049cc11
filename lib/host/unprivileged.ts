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
 * Who PostgreSQL runs as. Anyone but root: themselves. Root: the owner of `folder` where that is somebody else, else
 * itself under another name, else an OS user who can reach both `program` and `folder`'s parent.
 */
export function unprivileged(program: string, folder: string): Identity {
  if (process.getuid?.() !== 0) return isNameless() ? (renamed() ?? ITSELF) : ITSELF;
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { prefix: [], uid: owner.uid, gid: owner.gid };
  const identity = renamed() ?? candidates().find((candidate) => reaches(candidate, program, dirname(folder)));
  if (identity) return identity;
  throw new StartError(
    "PostgreSQL does not run as root, user namespaces are closed here, and no other user can reach both " +
      `${program} and ${folder}: start Parley as an ordinary user, or set DATABASE_URL.`,
  );
}

/**
 * Ourselves in a user namespace, under the number of somebody else, for that is all PostgreSQL asks: its files stay
 * ours, also in a folder that only root can enter, and no other OS user is needed. initdb wants a number that has a
 * name. Null where user namespaces are closed.
 */
function renamed(): Identity | null {
  const somebody = accounts().find(({ uid }) => uid !== 0);
  if (!somebody) return null;
  const { uid, gid } = somebody;
  const identity: Identity = { prefix: ["unshare", "--user", `--map-user=${uid}`, `--map-group=${gid}`, "--"] };
  return succeeds(identity, ["true"]) ? identity : null;
}

/** Containers like to run under a number that nobody has, which initdb refuses. */
function isNameless(): boolean {
  return process.platform === "linux" && !accounts().some(({ uid }) => uid === process.getuid?.());
}

/** Hands a folder and all in it to the identity that is to use it. What is theirs already keeps its time of change. */
export function give(folder: string, { uid, gid }: Identity): void {
  if (uid === undefined || gid === undefined) return;
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const path of [folder, ...entries.map((entry) => join(folder, entry))]) {
    const owned = lstatSync(path);
    if (!owned.isSymbolicLink() && (owned.uid !== uid || owned.gid !== gid)) chownSync(path, uid, gid);
  }
}

/** The person behind sudo, the owner of the code, PostgreSQL's usual user, nobody. */
function candidates(): Identity[] {
  const { SUDO_UID, SUDO_GID } = process.env;
  const code = statSync(process.cwd());
  const named = ["postgres", "nobody"].flatMap((name) => accounts().filter((account) => account.name === name));
  return [{ uid: Number(SUDO_UID ?? 0), gid: Number(SUDO_GID ?? 0) }, { uid: code.uid, gid: code.gid }, ...named]
    .filter(({ uid }) => uid !== 0 && accounts().some((account) => account.uid === uid))
    .map(({ uid, gid }) => ({ prefix: [], uid, gid }));
}

function accounts(): { name: string; uid: number; gid: number }[] {
  const lines = readFileSync("/etc/passwd", "utf8").trim().split("\n");
  return lines.map((line) => line.split(":")).map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

function reaches(identity: Identity, program: string, folder: string): boolean {
  return succeeds(identity, [program, "--version"]) && succeeds(identity, ["test", "-x", folder]);
}

function succeeds({ prefix, uid, gid }: Identity, command: string[]): boolean {
  const [program = "", ...args] = [...prefix, ...command];
  return spawnSync(program, args, { uid, gid, stdio: "ignore" }).status === 0;
}
