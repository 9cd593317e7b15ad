/** What one camera recorded, by quarters of an hour: which bytes hold which time. Read from its HLS playlists. */

import { addressOf, ask, get, type Schemas } from "../api/client";
import { whatOf } from "../events/facts";
import { momentOf, nowS, secondsOf, ticksOf } from "../media/times";
import { inWords, texts } from "../texts";

/** One group of pictures: it can be played by itself, after `init`. init, address: where to ask for the bytes.
 * key: the same whichever playlist it was read from, which its times are not, to the millisecond. */
export type Gop = {
  key: string;
  startS: number;
  endS: number;
  init: string;
  address: string;
  offset: number;
  size: number;
};

const ROUNDED_S = 0.002;

const QUARTER_S = 900;
/** In the quarter that goes on, more is asked for this often. */
const AGAIN_MS = 1500;

type Quarter = { gops: Gop[]; askedMs: number; isWhole: boolean };

export class Recordings {
  private readonly quarters = new Map<number, Quarter>();
  private readonly asking = new Set<number>();
  private readonly over = new AbortController();

  /** whenKnown: something was answered. */
  constructor(
    private readonly camera: string,
    private readonly whenKnown: (problem: Error | null) => void,
  ) {}

  close(): void {
    this.over.abort();
  }

  /** The group of pictures of a time; null: nothing is recorded then; undefined: not known yet, it is asked for. */
  at(atS: number): Gop | null | undefined {
    const quarter = this.quarter(atS);
    const found = quarter?.gops.find((each) => each.startS - ROUNDED_S <= atS && atS < each.endS);
    if (found || !quarter) return found;
    if (quarter.isWhole || atS < nowS() - 10) return null;
    // What is recorded now comes in a moment; unless nothing was for so long that nothing is on its way.
    const before = this.quarter(atS - QUARTER_S);
    const isQuiet = quarter.gops.length === 0 && before?.gops.length === 0;
    return isQuiet ? null : undefined;
  }

  /** The one that begins next, where that is known already. */
  after(gop: Gop): Gop | undefined {
    const quarters = [this.quarter(gop.startS), this.quarter(gop.endS)];
    return quarters.flatMap((each) => each?.gops ?? []).find((each) => each.startS >= gop.endS - 0.05);
  }

  private quarter(atS: number): Quarter | undefined {
    const number = Math.floor(atS / QUARTER_S);
    const known = this.quarters.get(number);
    const isOld = known && !known.isWhole && performance.now() - known.askedMs > AGAIN_MS;
    if ((!known || isOld) && !this.asking.has(number) && number * QUARTER_S < nowS() + 60) this.ask(number);
    return known;
  }

  private async ask(number: number): Promise<void> {
    this.asking.add(number);
    const askedMs = performance.now();
    const isWhole = (number + 1) * QUARTER_S < nowS() - 30;
    let problem: Error | null = null;
    let gops: Gop[] | null = null;
    try {
      gops = await this.gopsOf(number);
    } catch (error) {
      if (this.over.signal.aborted) return;
      problem = error as Error;
      gops = this.quarters.get(number)?.gops ?? null;
    }
    if (gops) this.quarters.set(number, { gops, askedMs, isWhole: isWhole && !problem });
    // After a problem it is asked again a little later, and not at once.
    window.setTimeout(() => this.asking.delete(number), problem ? 2 * AGAIN_MS : 0);
    this.whenKnown(problem);
  }

  private async gopsOf(number: number): Promise<Gop[]> {
    const path = { camera: this.camera };
    const query = { from_90k: ticksOf(number * QUARTER_S), to_90k: ticksOf((number + 1) * QUARTER_S) };
    const { signal } = this.over;
    const about = await get("/api/cameras/{camera}/timeline", { path, query: { ...query, parts: 1 }, signal });
    const [gap] = about.gaps;
    if (gap && gap.from_90k <= query.from_90k && gap.to_90k >= query.to_90k) return []; // a playlist of nothing is a 404
    const address = addressOf("/api/cameras/{camera}/timeline/playlist.m3u8", { path, query });
    return parsePlaylist(await (await ask(address, { signal })).text(), address);
  }
}

/** The longest range that the API tells at once. */
const LONGEST_S = 366 * 86_400;

/** Whether a camera has no recording at all. */
export async function hasNone(camera: string, signal: AbortSignal): Promise<boolean> {
  const [from, to] = [ticksOf(nowS() - LONGEST_S), ticksOf(nowS())];
  const query = { from_90k: from, to_90k: to, parts: 1 };
  const { gaps } = await get("/api/cameras/{camera}/timeline", { path: { camera }, query, signal });
  return gaps.some((each) => each.from_90k <= from && each.to_90k >= to);
}

/** A playlist as passerby writes it, see `hls_text`. */
export function parsePlaylist(text: string, address: string): Gop[] {
  const base = new URL(address, location.href);
  const gops: Gop[] = [];
  let atS = 0;
  let lengthS = 0;
  let [size, offset] = [0, 0];
  let init = "";
  for (const line of text.split("\n")) {
    const [, name = line, value = ""] = /^#([A-Z-]+):(.*)$/.exec(line) ?? [];
    if (name === "EXT-X-PROGRAM-DATE-TIME") atS = Date.parse(value) / 1000;
    else if (name === "EXTINF") lengthS = Number.parseFloat(value);
    else if (name === "EXT-X-MAP") init = new URL(/URI="([^"]+)"/.exec(value)?.[1] ?? "", base).pathname;
    else if (name === "EXT-X-BYTERANGE") [size = 0, offset = 0] = value.split("@").map(Number);
    else if (line && !line.startsWith("#")) {
      const { pathname } = new URL(line, base);
      const key = `${pathname}@${offset}`;
      gops.push({ key, startS: atS, endS: atS + lengthS, init, address: pathname, offset, size });
      atS += lengthS;
    }
  }
  return gops;
}

/** What a camera was said to do for a while. */
export type Stretch = { fromS: number; toS: number; what: string; reason: string };

/** How a camera was at a time; undefined: that is not known. */
export function stateAt(health: readonly Stretch[], atS: number): Stretch | undefined {
  return health.find((each) => each.fromS <= atS && atS < each.toS);
}

/** An event of a camera that was not marked as false. */
export type Happened = { fromS: number; toS: number; words: string };

/** What happened at a time, or so near to it that its marks touch; undefined: nothing. */
export function happenedAt(events: readonly Happened[], atS: number, nearS: number): Happened | undefined {
  return events.find((each) => each.fromS - nearS <= atS && atS <= each.toS + nearS);
}

/** Recordings that stay at another place for now, and are fetched from there. sinceS: when it was heard of last. */
export type Elsewhere = { fromS: number; toS: number; place: string; isThere: boolean; sinceS: number | null };

export function elsewhereOf({ from_90k, to_90k, place, is_there, heard_90k }: Schemas["Elsewhere"]): Elsewhere {
  const sinceS = heard_90k === null ? null : secondsOf(heard_90k);
  return { fromS: secondsOf(from_90k), toS: secondsOf(to_90k), place, isThere: is_there, sinceS };
}

/** Where they are, or that nobody knows, as a sentence. */
export function elsewhereInWords({ place, isThere, sinceS }: Elsewhere): string {
  if (isThere) return texts.timeline.isFetched(place);
  return place && sinceS !== null ? texts.timeline.isAway(place, momentOf(sinceS)) : texts.timeline.isNowhere;
}

export function elsewhereAt(elsewhere: readonly Elsewhere[], atS: number): Elsewhere | undefined {
  return elsewhere.find((each) => each.fromS <= atS && atS < each.toS);
}

/** What there is of a range of time, for the scrubber. */
export type Overview = {
  fromS: number;
  toS: number;
  activity: readonly number[];
  gaps: readonly [number, number][];
  health: readonly Stretch[];
  events: readonly Happened[];
  elsewhere: readonly Elsewhere[];
};

export async function overviewOf(
  camera: string,
  fromS: number,
  toS: number,
  parts: number,
  signal: AbortSignal,
): Promise<Overview> {
  const path = { camera };
  const query = { from_90k: ticksOf(fromS), to_90k: ticksOf(toS) };
  const [overview, history, events] = await Promise.all([
    get("/api/cameras/{camera}/timeline", { path, query: { ...query, parts }, signal }),
    get("/api/cameras/{camera}/health/history", { path, query, signal }),
    get("/api/cameras/{camera}/events", { path, query, signal }),
  ]);
  const gaps = overview.gaps.map((each): [number, number] => [secondsOf(each.from_90k), secondsOf(each.to_90k)]);
  const health = history.map((each) => ({
    fromS: secondsOf(each.from_90k),
    toS: each.to_90k ? secondsOf(each.to_90k) : nowS(),
    what: each.what,
    reason: inWords(each.said, each.reason),
  }));
  const happened = events
    .filter((each) => each.state !== "false")
    .map((each) => ({
      fromS: secondsOf(each.start_90k),
      toS: secondsOf(each.end_90k),
      words: `${each.rule}: ${whatOf(each)}`,
    }));
  const elsewhere = overview.elsewhere.map(elsewhereOf);
  return { fromS, toS, activity: overview.activity, gaps, health, events: happened, elsewhere };
}
