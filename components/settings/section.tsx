import { type ReactNode, useId } from "react";

/** One subject of the settings: what it is at the left, what can be done about it at the right. */
export function Section({ id: anchor, title, note, children }: { id?: string; title: string; note?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section id={anchor} aria-labelledby={id} className="grid gap-x-12 gap-y-4 py-8 md:grid-cols-[13rem_minmax(0,1fr)]">
      <div>
        <h2 id={id} className="font-bold">
          {title}
        </h2>
        {note && <p className="mt-1 text-sm text-muted">{note}</p>}
      </div>
      <div className="max-w-md">{children}</div>
    </section>
  );
}

/** What a form has to say once it was sent: that it worked, or what belongs to no field. */
export function FormNote({ done, error }: { done: string | null; error: string | undefined }) {
  return (
    <p role="status" className={`text-sm ${error ? "text-danger" : "text-success"}`}>
      {error ?? done}
    </p>
  );
}
