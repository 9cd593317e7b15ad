/** What is pressed. */

import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

type Kind = "plain" | "primary" | "quiet" | "danger";
type Rest = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className">;

type ButtonProps = Rest & { kind?: Kind; icon?: IconName; busy?: boolean; children: ReactNode };

/** busy: what it began goes on; it cannot be pressed meanwhile. */
export function Button({ kind = "plain", icon, busy = false, children, disabled, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button ${kind}`} disabled={disabled || busy} aria-busy={busy} {...rest}>
      {busy ? <span className="spinner" /> : icon && <Icon name={icon} size={18} />}
      <span>{children}</span>
    </button>
  );
}

type ToolProps = { icon: IconName; word: string; label?: string };

/** A sign with its word below. word: what it is in short. label: the same in full; it has to contain the word. */
export function ToolButton({ icon, word, label = word, kind = "quiet", ...rest }: Rest & ToolProps & { kind?: Kind }) {
  return (
    <button type="button" className={`button ${kind} tool`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
      <span>{word}</span>
    </button>
  );
}

/** The same that leads somewhere. */
export function ToolLink({ icon, word, label = word, href }: ToolProps & { href: string }) {
  return (
    <a className="button quiet tool" href={href} aria-label={label} title={label}>
      <Icon name={icon} />
      <span>{word}</span>
    </a>
  );
}
