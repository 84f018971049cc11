import { Search } from "lucide-react";

type Props = {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  /** Its height and ground. */
  className: string;
};

/** A line to type what a list is narrowed down to. */
export function SearchField({ label, placeholder, value, onChange, className }: Props) {
  return (
    <label className={`flex items-center gap-2.5 rounded-md px-3 text-muted ${className}`}>
      <Search aria-hidden="true" className="size-4 shrink-0" />
      <input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="min-w-0 flex-1 bg-transparent text-text outline-none placeholder:text-muted"
      />
    </label>
  );
}
