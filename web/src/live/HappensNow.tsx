/** What goes on at a camera now, beside its picture; it leads to the event. */

import type { Camera } from "../camera/cameras";
import { texts } from "../texts";
import { Icon } from "../ui";
import type { Happening } from "./useHappening";

export function HappensNow({ camera, happening }: { camera: Camera; happening: Happening | undefined }) {
  if (!happening) return null;
  return (
    <a
      className="tile-event"
      href={`#/events/${happening.id}?all=1&camera=${camera.name}`}
      aria-label={texts.events.onTile(happening.words)}
    >
      <Icon name="bell" size={14} />
      <span>{happening.words}</span>
    </a>
  );
}
