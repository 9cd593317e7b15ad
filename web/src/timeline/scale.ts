/** Which time is where on the scrubber, and where its ticks are. Pure: times in s since 1970, places in px. */

export type View = { fromS: number; spanS: number };

export const MIN_SPAN_S = 10;
export const MAX_SPAN_S = 60 * 86400;
const STEPS_S = [
  1,
  2,
  5,
  10,
  15,
  30,
  60,
  120,
  300,
  600,
  900,
  1800,
  3600,
  7200,
  10800,
  21600,
  43200,
  86400,
  2 * 86400,
  7 * 86400,
  14 * 86400,
];
const MIN_PX = 84;

export const toPx = (view: View, width: number, atS: number): number => ((atS - view.fromS) / view.spanS) * width;
export const toS = (view: View, width: number, px: number): number => view.fromS + (px / width) * view.spanS;

/** factor: over 1 shows more time. The time at `aboutS` stays where it is. */
export function zoomed(view: View, factor: number, aboutS: number): View {
  const spanS = Math.min(MAX_SPAN_S, Math.max(MIN_SPAN_S, view.spanS * factor));
  return { fromS: aboutS - ((aboutS - view.fromS) * spanS) / view.spanS, spanS };
}

export type Tick = { atS: number; isDay: boolean };

/** Ticks at round local times. offsetS: of local time from UTC, at a time. */
export function ticksOf(view: View, width: number, offsetS: (atS: number) => number): { stepS: number; ticks: Tick[] } {
  const stepS = STEPS_S.find((each) => (each / view.spanS) * width >= MIN_PX) ?? STEPS_S.at(-1) ?? 86400;
  const ticks: Tick[] = [];
  let atS = roundedUp(view.fromS, stepS, offsetS);
  while (atS <= view.fromS + view.spanS) {
    ticks.push({ atS, isDay: (atS + offsetS(atS)) % 86400 === 0 });
    atS = roundedUp(atS + stepS / 2, stepS, offsetS); // not atS + stepS: the clocks may change in between
  }
  return { stepS, ticks };
}

function roundedUp(atS: number, stepS: number, offsetS: (atS: number) => number): number {
  const local = Math.ceil((atS + offsetS(atS)) / stepS) * stepS;
  const found = local - offsetS(atS);
  return local - offsetS(found);
}

export function localOffsetS(atS: number): number {
  return -60 * new Date(atS * 1000).getTimezoneOffset();
}

/** A range to ask for that holds the view: of a few lengths only and on few borders, so that panning asks, and is
 * written into the audit, seldom. */
export function blockAround(view: View): { fromS: number; toS: number } {
  const blockS = 900 * 2 ** Math.max(0, Math.ceil(Math.log2(view.spanS / 900)));
  const fromS = Math.max(0, Math.floor(view.fromS / blockS) * blockS);
  return { fromS, toS: fromS + 2 * blockS };
}
