import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The processes that one has started and that still run. */
export async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid="]);
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  return rows.flatMap(([pid, by]) => (pid !== undefined && by === parent ? pid : []));
}
