/** What surrounds every section: the navigation, on a phone at the bottom, what needs attention, and who is signed in. */

import { type ReactNode, useState } from "react";
import { useChange } from "../api/use";
import { AttentionLine } from "../camera/AttentionLine";
import { type Attention, AttentionContext, attentionWords, useAttention } from "../camera/attention";
import { useUnread } from "../events/unread";
import { texts } from "../texts";
import { Button, Dialog, Icon, ProblemNote, Segmented } from "../ui";
import type { Section } from "./sections";
import { useSession } from "./session";
import "./Shell.css";
import { setTheme, THEMES, useTheme } from "./theme";

/** On a phone there is room for five; the fifth leads to the rest. */
const IN_BAR = 4;
/** More has no room beside a section's name. */
const MAX_UNREAD = 99;

type ShellProps = { sections: Section[]; current: Section | undefined; children: ReactNode };

export function Shell({ sections, current, children }: ShellProps) {
  const [isMore, setIsMore] = useState(false);
  const rest = sections.slice(IN_BAR);
  const attention = useAttention();
  const unread = useUnread();
  return (
    <div className="shell">
      <button type="button" className="skip" onClick={skipToContent}>
        {texts.app.skip}
      </button>
      <nav className="side" aria-label={texts.app.sections}>
        <Brand />
        <ul className="side-list">
          {sections.map((each) => (
            <li key={each.path}>
              <SectionLink section={each} isCurrent={each === current} attention={attention} unread={unread} />
            </li>
          ))}
        </ul>
        <Account />
      </nav>
      <main id="content" tabIndex={-1}>
        <AttentionContext value={attention}>{children}</AttentionContext>
      </main>
      <nav className="bar" aria-label={texts.app.sections}>
        <AttentionLine attention={attention} className="bar-attention" />
        <div className="bar-links">
          {sections.slice(0, IN_BAR).map((each) => (
            <SectionLink
              key={each.path}
              section={each}
              isCurrent={each === current}
              attention={attention}
              unread={unread}
            />
          ))}
          <button
            type="button"
            className="section-link"
            aria-current={current && rest.includes(current) ? "page" : undefined}
            onClick={() => setIsMore(true)}
          >
            <Icon name="more" />
            <span>{texts.nav.more}</span>
          </button>
        </div>
      </nav>
      {isMore && (
        <Dialog title={texts.nav.more} onClose={() => setIsMore(false)}>
          <ul className="side-list">
            {rest.map((each) => (
              <li key={each.path}>
                <SectionLink
                  section={each}
                  isCurrent={each === current}
                  attention={attention}
                  unread={unread}
                  onClick={() => setIsMore(false)}
                />
              </li>
            ))}
          </ul>
          <Account />
        </Dialog>
      )}
    </div>
  );
}

export function Brand() {
  return (
    <div className="brand">
      <img src="icon.svg" alt="" width={28} height={28} />
      passerby
    </div>
  );
}

type SectionLinkProps = {
  unread: number;
  section: Section;
  isCurrent: boolean;
  attention: Attention | null;
  onClick?: () => void;
};

function SectionLink({ unread, section, isCurrent, attention, onClick }: SectionLinkProps) {
  return (
    <a
      className="section-link"
      href={`#/${section.path}`}
      aria-current={isCurrent ? "page" : undefined}
      onClick={onClick}
    >
      <Icon name={section.icon} />
      <span>{section.title}</span>
      {section.path === "health" && <Count attention={attention} />}
      {section.path === "events" && unread > 0 && (
        <span className="section-count numbers calm" title={texts.events.unread(unread)}>
          <span aria-hidden="true">{unread > MAX_UNREAD ? `${MAX_UNREAD}+` : unread}</span>
          <span className="only-heard">{texts.events.unread(unread)}</span>
        </span>
      )}
    </a>
  );
}

/** Cameras that need attention; where there is none, that something else does. */
function Count({ attention }: { attention: Attention | null }) {
  const words = attentionWords(attention);
  if (!attention || !words) return null;
  const isBad = attention.cameras > 0 || attention.alarms > 0;
  return (
    <span className={`section-count numbers ${isBad ? "bad" : "calm"}`} title={words}>
      <span aria-hidden="true">{attention.cameras || (attention.alarms ? "!" : "?")}</span>
      <span className="only-heard">{words}</span>
    </span>
  );
}

function Account() {
  const { session, signOut } = useSession();
  const { busy, problem, run } = useChange();
  const theme = useTheme();
  return (
    <div className="account">
      <Segmented
        label={texts.theme.label}
        value={theme}
        choices={THEMES.map((each) => ({ value: each, label: texts.theme[each] }))}
        onChange={setTheme}
      />
      <ProblemNote problem={problem} />
      {session?.name ? (
        <div className="account-name">
          <span title={session.name}>{session.name}</span>
          <Button kind="quiet" icon="signOut" busy={busy} onClick={() => run(signOut)}>
            {texts.signIn.signOut}
          </Button>
        </div>
      ) : (
        <a className="button" href="#/">
          {texts.signIn.signIn}
        </a>
      )}
    </div>
  );
}

function skipToContent(): void {
  document.getElementById("content")?.focus();
}
