"use client";

import { useState } from "react";
import { applyTheme, THEMES, type Theme } from "@/lib/client/screen/preferences";

const NAMES: Record<Theme, string> = { system: "As the system", light: "Light", dark: "Dark" };

/** Three small pictures of a conversation, each in its own theme; native radio buttons beneath. */
export function ThemePicker({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  return (
    <fieldset className="grid grid-cols-3 gap-3">
      <legend className="sr-only">Theme</legend>
      {THEMES.map((option) => (
        <label key={option} className="group grid gap-2 text-sm">
          <input
            type="radio"
            name="theme"
            value={option}
            checked={theme === option}
            onChange={() => {
              setTheme(option);
              applyTheme(option);
            }}
            className="peer sr-only"
          />
          <span
            aria-hidden="true"
            className="flex h-20 overflow-hidden rounded-md shadow-[0_0_0_1px_var(--color-hairline)] outline-offset-2 outline-accent group-has-checked:shadow-[0_0_0_2px_var(--color-accent)] group-has-focus-visible:outline-2"
          >
            {option !== "dark" && <Swatch theme="light" />}
            {option !== "light" && <Swatch theme="dark" />}
          </span>
          <span className="text-center peer-checked:font-medium">{NAMES[option]}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Swatch({ theme }: { theme: "light" | "dark" }) {
  return (
    <span data-theme={theme} className="flex flex-1 flex-col justify-center gap-1.5 bg-surface p-2.5">
      <span className="h-3 w-3/5 rounded-full bg-other" />
      <span className="h-3 w-4/5 self-end rounded-full bg-own" />
      <span className="h-3 w-2/5 self-end rounded-full bg-accent" />
    </span>
  );
}
