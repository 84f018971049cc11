import type { ReactNode } from "react";
import { WordlessDialogue } from "@/components/auth/wordless-dialogue";
import { Mark } from "@/components/ui/mark";

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(28rem,5fr)_7fr]">
      <main
        id="main"
        className="flex flex-col px-6 pt-[max(2rem,env(safe-area-inset-top))] pb-[max(2rem,env(safe-area-inset-bottom))] sm:px-12"
      >
        <div className="flex items-center gap-2.5 text-lg font-bold tracking-tight">
          <Mark className="size-7" />
          Parley
        </div>
        <div className="m-auto w-full max-w-88 py-10">{children}</div>
      </main>
      <WordlessDialogue />
    </div>
  );
}
