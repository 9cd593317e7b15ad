/** One event in the list, or several as one: its picture, what, where, when, how long, and its state. */

import { texts } from "../texts";
import { Badge, Icon, When } from "../ui";
import { Thumbnail } from "./EventPicture";
import { type Group, ICONS, lastsOf, ruleOf, TONES, whatOf } from "./facts";

type RowProps = { group: Group; title: string; href: string; isChosen: boolean };

export function EventRow({ group: { first, all }, title, href, isChosen }: RowProps) {
  const lasts = lastsOf(first);
  const oldest = all.at(-1) ?? first;
  return (
    <li id={`event-${first.id}`} className={`event-row ${first.state}`}>
      <a href={href} aria-current={isChosen ? "true" : undefined}>
        <Thumbnail event={first} />
        <span className="event-words">
          <span className="event-what">
            <strong>{whatOf(first)}</strong>
            {all.length > 1 && <span className="event-many numbers">× {all.length}</span>}
            {first.is_open && (
              <span className="event-open">
                <span className="event-pulse" />
                {texts.events.goesOn}
              </span>
            )}
          </span>
          <span className="event-where">
            {title} · {ruleOf(first)}
          </span>
          <span className="event-when soft small numbers">
            {all.length > 1 ? (
              <>
                <When at90k={oldest.start_90k} /> – <When at90k={first.start_90k} after90k={oldest.start_90k} />
              </>
            ) : (
              <When at90k={first.start_90k} />
            )}
            {lasts && ` · ${lasts}`}
          </span>
        </span>
        <span className="event-marks">
          <Badge tone={TONES[first.state]} icon={ICONS[first.state]}>
            {texts.events.states[first.state]}
          </Badge>
          {first.comments > 0 && (
            <span className="soft small numbers event-comments">
              <Icon name="chat" size={14} />
              {first.comments}
              <span className="only-heard">{texts.events.comments}</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
}
