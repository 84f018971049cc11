import { expect, test } from "vitest";
import { FairQueue } from "@/lib/server/fair-queue";

const queue = (options: Partial<ConstructorParameters<typeof FairQueue>[0]> = {}) =>
  new FairQueue({ atOnce: 1, waitingMax: 100, waitingOfOne: 50, busy: "streams_busy", ...options });

/** Tasks that note when they begin, and end when they are told to. */
function tasks() {
  const begun: string[] = [];
  const ends = new Map<string, (failed?: Error) => void>();
  const task = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve, reject) => ends.set(name, (failed) => (failed ? reject(failed) : resolve(name))));
  };
  return { begun, task, end: (name: string, failed?: Error) => ends.get(name)?.(failed) };
}

test("people take turns, however much one of them brings", async () => {
  const { begun, task, end } = tasks();
  const line = queue();
  const all = ["ann 1", "ann 2", "ann 3", "bob 1", "bob 2", "cleo 1"].map((name) => line.run(name.split(" ")[0] as string, task(name)));
  for (const name of ["ann 1", "bob 1", "cleo 1", "ann 2", "bob 2", "ann 3"]) {
    await expect.poll(() => begun.at(-1)).toBe(name);
    end(name);
  }
  expect(await Promise.all(all)).toHaveLength(6);
});

test("one person has one task under way, though there is room for more", async () => {
  const { begun, task, end } = tasks();
  const line = queue({ atOnce: 2 });
  const all = ["ann 1", "ann 2", "bob 1"].map((name) => line.run(name.split(" ")[0] as string, task(name)));
  await expect.poll(() => begun).toEqual(["ann 1", "bob 1"]);
  end("ann 1");
  await expect.poll(() => begun).toEqual(["ann 1", "bob 1", "ann 2"]);
  end("bob 1");
  end("ann 2");
  await Promise.all(all);
});

test("a task that fails fails for who brought it, and the next one begins", async () => {
  const { begun, task, end } = tasks();
  const line = queue();
  const failed = line.run("ann", task("fails"));
  const next = line.run("ann", task("next"));
  end("fails", new Error("no picture"));
  await expect(failed).rejects.toThrow("no picture");
  await expect.poll(() => begun).toEqual(["fails", "next"]);
  end("next");
  expect(await next).toBe("next");
});

test("what is too much is refused at once with 503, of one person and of all; once it is done there is room again", async () => {
  const line = queue({ waitingMax: 3, waitingOfOne: 2 });
  let open = () => {};
  const gate = new Promise<void>((opened) => (open = opened));
  const taken = ["ann", "ann", "ann"].map((name) => line.run(name, () => gate));
  await expect(line.run("ann", () => gate)).rejects.toMatchObject({ status: 503, headers: { "Retry-After": expect.any(String) } });
  taken.push(line.run("bob", () => gate));
  await expect(line.run("cleo", () => gate)).rejects.toMatchObject({ status: 503, code: "streams_busy" });
  open();
  await Promise.all(taken);
  await line.run("cleo", () => gate);
});
