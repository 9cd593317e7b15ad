/** The parts of a section, each with an address of its own. */

import { Icon, type IconName } from "./Icon";
import "./tabs.css";

export type Tab = { href: string; title: string; icon: IconName; isCurrent: boolean };

/** label: what they are parts of; read aloud, not shown. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((each) => (
        <a key={each.href} href={each.href} aria-current={each.isCurrent ? "page" : undefined}>
          <Icon name={each.icon} size={18} />
          {each.title}
        </a>
      ))}
    </nav>
  );
}
