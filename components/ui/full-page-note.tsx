import type { ComponentProps } from "react";
import { Mark } from "./mark";
import { Note } from "./note";

/** A page that has nothing but a note to show. */
export function FullPageNote(props: Omit<ComponentProps<typeof Note>, "heading">) {
  return (
    <main id="main" className="flex min-h-dvh flex-col">
      <div className="m-auto">
        <Mark className="mx-auto mb-2 size-10" />
        <Note heading="h1" {...props} />
      </div>
    </main>
  );
}
