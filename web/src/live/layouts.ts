/** Named choices of cameras, and how many of them at once: kept by this browser, for whoever is signed in. */

import { useCallback, useState } from "react";
import { useSession } from "../app/session";

export const COUNTS = ["auto", "1", "4", "9", "16", "25", "36", "49", "64"] as const;
export type Count = (typeof COUNTS)[number];
export type Layout = { name: string; cameras: string[]; count: Count };

/** chosen: null: all cameras. */
type Kept = { layouts: Layout[]; chosen: string | null; count: Count };

export type Layouts = {
  layouts: readonly Layout[];
  chosen: Layout | undefined;
  count: Count;
  /** null: all cameras. */
  choose: (name: string | null) => void;
  /** Of the layout that is chosen, or of all cameras. */
  setCount: (count: Count) => void;
  /** Replaces one of the same name, and is chosen. */
  save: (layout: Layout) => void;
  remove: (name: string) => void;
};

export function useLayouts(): Layouts {
  const { session } = useSession();
  const key = `passerby-live-${session?.name ?? ""}`;
  const [kept, setKept] = useState<Kept>(() => readFrom(localStorage.getItem(key)));
  const change = useCallback(
    (to: (before: Kept) => Kept) => {
      setKept((before) => {
        const after = to(before);
        localStorage.setItem(key, JSON.stringify(after));
        return after;
      });
    },
    [key],
  );
  const { layouts } = kept;
  const chosen = layouts.find((each) => each.name === kept.chosen);
  return {
    layouts,
    chosen,
    count: chosen?.count ?? kept.count,
    choose: (name) => change((before) => ({ ...before, chosen: name })),
    setCount: (count) =>
      change((before) =>
        chosen
          ? {
              ...before,
              layouts: before.layouts.map((each) => (each.name === chosen.name ? { ...each, count } : each)),
            }
          : { ...before, count },
      ),
    save: (layout) =>
      change((before) => ({
        ...before,
        layouts: [...before.layouts.filter((each) => each.name !== layout.name), layout],
        chosen: layout.name,
      })),
    remove: (name) => change((before) => ({ ...before, layouts: before.layouts.filter((each) => each.name !== name) })),
  };
}

/** What somebody changed by hand, or an older page wrote, is nothing. */
function readFrom(text: string | null): Kept {
  const nothing: Kept = { layouts: [], chosen: null, count: "auto" };
  try {
    const found = { ...nothing, ...(JSON.parse(text ?? "{}") as Partial<Kept>) };
    const isWell = found.layouts.every(
      (each) => typeof each.name === "string" && Array.isArray(each.cameras) && COUNTS.includes(each.count),
    );
    return isWell && COUNTS.includes(found.count) ? found : nothing;
  } catch {
    return nothing;
  }
}
