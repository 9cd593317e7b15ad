/** Named choices of cameras, and how many of them at once: kept with the account. This browser keeps which one it shows. */

import { useState } from "react";
import { get, Problem, patch, type Schemas } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { useSession } from "../app/session";

export type Layout = Schemas["Layout"];
export type Count = Layout["count"];
export const COUNTS: readonly Count[] = ["auto", "1", "4", "9", "16", "25", "36", "49", "64"];
export const MAX_LAYOUTS = 50;

/** chosen: null: all cameras. */
type Here = { chosen: string | null; count: Count };

export type Layouts = {
  layouts: readonly Layout[];
  chosen: Layout | undefined;
  /** Whether one is shown that is not known yet. */
  isLoading: boolean;
  count: Count;
  /** null: all cameras. */
  choose: (name: string | null) => void;
  /** Of the layout that is chosen, or of all cameras. */
  setCount: (count: Count) => void;
  /** Replaces one of the same name, and is chosen. */
  save: (layout: Layout, then: () => void) => void;
  remove: (name: string) => void;
  busy: boolean;
  problem: Problem | null;
};

export function useLayouts(): Layouts {
  const { session } = useSession();
  const key = `passerby-live-now-${session?.name ?? ""}`;
  const oldKey = `passerby-live-${session?.name ?? ""}`;
  const asked = useAsked((signal) => ask(oldKey, signal), key);
  const [changed, setChanged] = useState<readonly Layout[] | null>(null);
  const [here, setHere] = useState<Here>(() => readFrom(localStorage.getItem(key) ?? localStorage.getItem(oldKey)));
  const { busy, problem, run } = useChange();

  const layouts = changed ?? asked.answer ?? [];
  const chosen = layouts.find((each) => each.name === here.chosen);
  const change = (to: Partial<Here>) => {
    const after = { ...here, ...to };
    localStorage.setItem(key, JSON.stringify(after));
    setHere(after);
  };
  const send = async (after: Layout[]) => {
    setChanged(after);
    try {
      setChanged(await sent(after));
    } catch (error) {
      setChanged(layouts);
      throw error;
    }
  };
  const others = (name: string) => layouts.filter((each) => each.name !== name);
  return {
    layouts,
    chosen,
    isLoading: here.chosen !== null && !changed && !asked.answer && !asked.problem,
    count: chosen?.count ?? here.count,
    choose: (name) => change({ chosen: name }),
    setCount: (count) => {
      if (!chosen) change({ count });
      else run(() => send(layouts.map((each) => (each === chosen ? { ...each, count } : each))));
    },
    save: (layout, then) =>
      run(async () => {
        await send([...others(layout.name), layout]);
        change({ chosen: layout.name });
        then();
      }),
    remove: (name) => run(() => send(others(name))),
    busy,
    problem: problem ?? asked.problem,
  };
}

/** Also takes over those that this browser kept, before accounts did. */
async function ask(oldKey: string, signal: AbortSignal): Promise<readonly Layout[]> {
  const { layouts } = await get("/api/self/preferences", { signal });
  const old = keptBefore(localStorage.getItem(oldKey));
  const more = old.filter((each) => !layouts.some((one) => one.name === each.name));
  if (more.length === 0) return layouts;
  try {
    const after = await sent([...layouts, ...more]);
    localStorage.removeItem(oldKey);
    return after;
  } catch (error) {
    if (error instanceof Problem) return layouts; // they are there the next time
    throw error;
  }
}

async function sent(layouts: Layout[]): Promise<readonly Layout[]> {
  return (await patch("/api/self/preferences", { body: { layouts } })).layouts;
}

function readFrom(text: string | null): Here {
  const { chosen, count } = parsed(text) as Partial<Here>;
  return {
    chosen: typeof chosen === "string" ? chosen : null,
    count: count && COUNTS.includes(count) ? count : "auto",
  };
}

/** What somebody changed by hand, or a page before wrote otherwise, is nothing. */
function keptBefore(text: string | null): Layout[] {
  const { layouts } = parsed(text) as { layouts?: Layout[] };
  const isWell = (each: Layout) => typeof each.name === "string" && each.cameras?.length && COUNTS.includes(each.count);
  return Array.isArray(layouts) ? layouts.filter(isWell).slice(0, MAX_LAYOUTS) : [];
}

function parsed(text: string | null): object {
  try {
    return (JSON.parse(text ?? "{}") as object | null) ?? {};
  } catch {
    return {};
  }
}
