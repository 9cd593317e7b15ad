/** Reads from MP4 pieces what MSE does not tell: when they begin, and when each picture is shown. */

export const TICKS_PER_S = 90_000;

/** When the pictures of a piece begin, in ticks of 1/90000 s UTC, in order; empty for an init segment. */
export function pictureTimes90k(data: ArrayBuffer): number[] {
  const view = new DataView(data);
  const times: number[] = [];
  for (const moof of boxes(view, 0, view.byteLength, "moof")) {
    for (const traf of boxes(view, moof.begin, moof.end, "traf")) timesOfTraf(view, traf, times);
  }
  return times;
}

/** What an init segment holds, as MSE wants to hear it; null: no H.264. */
export function mimeOf(init: ArrayBuffer): string | null {
  const bytes = new Uint8Array(init);
  const mark = [0x61, 0x76, 0x63, 0x43]; // avcC: version, then profile, constraints and level
  const at = bytes.findIndex((_, n) => mark.every((each, k) => bytes[n + k] === each));
  if (at < 0) return null;
  const codec = [...bytes.subarray(at + 5, at + 8)].map((each) => each.toString(16).padStart(2, "0")).join("");
  return `video/mp4; codecs="avc1.${codec}"`;
}

type Box = { begin: number; end: number };

function* boxes(view: DataView, begin: number, end: number, wanted: string): Generator<Box> {
  for (let at = begin; at + 8 <= end; ) {
    const size = view.getUint32(at);
    const kind = String.fromCharCode(...Array.from({ length: 4 }, (_, n) => view.getUint8(at + 4 + n)));
    if (size < 8 || at + size > end) return;
    if (kind === wanted) yield { begin: at + 8, end: at + size };
    at += size;
  }
}

function timesOfTraf(view: DataView, traf: Box, times: number[]): void {
  const tfdt = boxes(view, traf.begin, traf.end, "tfdt").next().value;
  if (!tfdt) return;
  const isLong = view.getUint8(tfdt.begin) === 1;
  let at90k = isLong ? Number(view.getBigUint64(tfdt.begin + 4)) : view.getUint32(tfdt.begin + 4);
  const usual = usualDuration(view, traf);
  for (const trun of boxes(view, traf.begin, traf.end, "trun")) {
    const flags = view.getUint32(trun.begin) & 0xffffff;
    const count = view.getUint32(trun.begin + 4);
    const first = trun.begin + 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
    const entry = 4 * [0x100, 0x200, 0x400, 0x800].filter((each) => flags & each).length;
    for (let n = 0; n < count; n++) {
      times.push(at90k);
      at90k += flags & 0x100 ? view.getUint32(first + n * entry) : usual;
    }
  }
}

function usualDuration(view: DataView, traf: Box): number {
  const tfhd = boxes(view, traf.begin, traf.end, "tfhd").next().value;
  if (!tfhd) return 0;
  const flags = view.getUint32(tfhd.begin) & 0xffffff;
  if (!(flags & 0x8)) return 0;
  return view.getUint32(tfhd.begin + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0));
}
