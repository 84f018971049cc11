import type { ReactNode } from "react";
import { Mark } from "./mark";

/** A page that has one thing to say, and a way on. */
export function FullPageNote({ title, children, actions }: { title: string; children: ReactNode; actions: ReactNode }) {
  return (
    <main id="main" className="flex min-h-dvh flex-col items-center justify-center gap-6 p-6 text-center">
      <Mark className="size-10" />
      <div className="grid max-w-96 gap-2">
        <h1 className="text-xl font-bold tracking-tight text-balance">{title}</h1>
        <p className="text-pretty text-muted">{children}</p>
      </div>
      <div className="flex flex-wrap justify-center gap-2">{actions}</div>
    </main>
  );
}
