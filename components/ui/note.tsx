import type { ReactNode } from "react";

type Props = {
  title: string;
  children: ReactNode;
  /** The ways on. */
  actions: ReactNode;
  /** The level that the title has where the note stands. */
  heading?: "h1" | "h2";
};

/** One thing to say in place of what was asked for, and a way on. */
export function Note({ title, children, actions, heading: Heading = "h2" }: Props) {
  return (
    <div className="m-auto grid max-w-96 justify-items-center gap-2 p-6 text-center">
      <Heading className={`text-balance font-bold ${Heading === "h1" ? "text-xl tracking-tight" : "text-lg"}`}>{title}</Heading>
      <div className="text-pretty text-muted">{children}</div>
      <div className="mt-4 flex flex-wrap justify-center gap-2">{actions}</div>
    </div>
  );
}
