/** The cameras of the plan or map as a list, those that need attention first: what the map shows, for who does not see it. */

import { useState } from "react";
import { useFaultsFirst } from "../camera/attention";
import { type Camera, type State, titleOf } from "../camera/cameras";
import { StateBadge } from "../camera/StateBadge";
import { texts } from "../texts";
import { Button, Panel, TextField, ToolButton } from "../ui";

const words = texts.map;
const AT_ONCE = 50;
/** With fewer, all are in sight. */
const FILTER_FROM = 12;

type ListProps = {
  title: string;
  about?: string;
  cameras: readonly Camera[];
  states: ReadonlyMap<string, State>;
  happens?: ReadonlyMap<string, string>;
  hrefOf?: (camera: Camera) => string;
  /** null: nobody who looks may place cameras. */
  onPlace: ((camera: Camera) => void) | null;
  /** What the button that places one says. */
  placeWord: string;
  placeLabel: (title: string) => string;
};

export function MapList({ title, about, cameras, states, happens, hrefOf, onPlace, placeWord, placeLabel }: ListProps) {
  const [typed, setTyped] = useState("");
  const [most, setMost] = useState(AT_ONCE);
  const wanted = typed.trim().toLocaleLowerCase();
  const found = useFaultsFirst(cameras, states).filter((each) => titleOf(each).toLocaleLowerCase().includes(wanted));
  return (
    <Panel title={title} {...(about ? { about } : {})}>
      <div className="stack">
        {cameras.length > FILTER_FROM && (
          <TextField label={words.filter} type="search" value={typed} onChange={setTyped} />
        )}
        <ul className="map-list">
          {found.slice(0, most).map((each) => (
            <li key={each.name}>
              <span className="map-list-name">
                {hrefOf ? <a href={hrefOf(each)}>{titleOf(each)}</a> : titleOf(each)}
                {happens?.has(each.name) && <span className="small">{happens.get(each.name)}</span>}
              </span>
              <StateBadge state={states.get(each.name)} />
              {onPlace && (
                <ToolButton
                  icon="pin"
                  word={placeWord}
                  label={placeLabel(titleOf(each))}
                  onClick={() => onPlace(each)}
                />
              )}
            </li>
          ))}
        </ul>
        {found.length > most && (
          <div className="row">
            <Button onClick={() => setMost(most + 4 * AT_ONCE)}>{texts.ui.more}</Button>
          </div>
        )}
      </div>
    </Panel>
  );
}
