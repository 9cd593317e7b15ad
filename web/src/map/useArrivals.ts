/** Events as they come, for a few seconds each: what makes a camera of the map pulse. */

import { useEffect, useState } from "react";
import { useMay } from "../app/session";
import { type Event, whatOf } from "../events/facts";

const SHOWN_MS = 8000;

/** By camera, in words. */
export function useArrivals(): ReadonlyMap<string, string> {
  const maySee = useMay()("events:see");
  const [found, setFound] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    if (!maySee) return;
    const timers = new Map<string, number>();
    const source = new EventSource("api/events/new");
    source.onmessage = (message) => {
      const event = JSON.parse(message.data) as Event;
      setFound((before) => new Map(before).set(event.camera, whatOf(event)));
      window.clearTimeout(timers.get(event.camera));
      const forget = () => setFound((before) => new Map([...before].filter(([camera]) => camera !== event.camera)));
      timers.set(event.camera, window.setTimeout(forget, SHOWN_MS));
    };
    return () => {
      source.close();
      for (const timer of timers.values()) window.clearTimeout(timer);
    };
  }, [maySee]);
  return found;
}
