import type { ComponentProps } from "react";
import { TextField } from "@/components/ui/text-field";

type Props = Omit<ComponentProps<typeof TextField>, "label" | "name" | "autoComplete">;

/** Where somebody says who they are: no telephone may put a capital there, or correct it. */
export function UsernameField(props: Props) {
  return (
    <TextField
      label="Username"
      name="username"
      autoComplete="username"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      {...props}
    />
  );
}
