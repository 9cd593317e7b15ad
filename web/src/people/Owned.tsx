/** What is mine, a line each; to remove one asks first. */

import { type ReactNode, useState } from "react";
import { texts } from "../texts";
import { Confirm, ToolButton, useToast } from "../ui";

interface Named {
  id: number | string;
  name: string;
}

interface Props<Item extends Named> {
  items: Item[] | undefined;
  none: string;
  about: (item: Item) => ReactNode;
  /** What else can be done with it: a button. */
  more?: (item: Item) => ReactNode;
  /** What removing one does: on the button, and said at length. */
  removes: string;
  removesAbout: string;
  removed: (name: string) => string;
  onRemove: (item: Item) => Promise<void>;
}

export function Owned<Item extends Named>(props: Props<Item>) {
  const [removing, setRemoving] = useState<Item | null>(null);
  const toast = useToast();
  return (
    <>
      {props.items?.length === 0 && <p className="soft">{props.none}</p>}
      {props.items && props.items.length > 0 && (
        <ul className="owned">
          {props.items.map((item) => (
            <li key={item.id}>
              <strong>{item.name}</strong>
              <span className="soft small">{props.about(item)}</span>
              <div className="row">
                {props.more?.(item)}
                <ToolButton
                  icon="trash"
                  word={texts.ui.remove}
                  label={texts.people.removeThis(item.name)}
                  onClick={() => setRemoving(item)}
                />
              </div>
            </li>
          ))}
        </ul>
      )}
      {removing && (
        <Confirm
          title={texts.people.removeThis(removing.name)}
          does={props.removes}
          onClose={() => setRemoving(null)}
          onConfirm={async () => {
            await props.onRemove(removing);
            toast(props.removed(removing.name));
          }}
        >
          <p>{props.removesAbout}</p>
        </Confirm>
      )}
    </>
  );
}
