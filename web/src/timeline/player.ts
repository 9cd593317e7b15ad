/** One camera's recording in a <video>: loads what is around the time that is wanted, and keeps the picture at it. */

import { ask } from "../api/client";
import { mimeOf, pictureTimes90k, TICKS_PER_S } from "../media/mp4";
import { canPlay, PieceBuffer } from "../media/source";
import { texts } from "../texts";
import { type Gop, Recordings } from "./recordings";

/** gap: nothing is recorded at that time. */
export type PlayerStatus = { kind: "loading" | "ready" | "gap" } | { kind: "problem"; says: string };

/** Players count from here, since 1970 is far away for some of them; nothing older is kept. */
const ZERO_S = Math.floor(Date.now() / 1000) - 11 * 366 * 86400;
const MIN_AHEAD_S = 8;
const AHEAD_FOR_EACH_RATE_S = 5;
const MAX_GOPS_AT_ONCE = 8;
const KEPT_AROUND_S = 60;
const MAX_KEPT_GOPS = 90;
const RETRY_MS = 2000;

export class RecordingPlayer {
  readonly recordings: Recordings;
  private buffer: PieceBuffer;
  private readonly loaded = new Map<Gop["key"], { gop: Gop; times: number[] }>();
  private readonly inits = new Map<string, ArrayBuffer>();
  private readonly over = new AbortController();
  private init = "";
  private isLoading = false;
  private notBeforeMs = 0;
  private problem: string | null = null;
  private wantedS = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    camera: string,
  ) {
    video.muted = true;
    this.recordings = new Recordings(camera, (problem) => {
      this.problem = problem?.message ?? null;
    });
    this.buffer = this.newBuffer();
  }

  close(): void {
    this.over.abort();
    this.recordings.close();
    this.buffer.close();
  }

  /** When the picture that is shown was taken; null: none is shown. */
  get shownAtS(): number | null {
    return this.video.readyState < 2 || this.video.seeking ? null : this.video.currentTime + ZERO_S;
  }

  statusAt(atS: number): PlayerStatus {
    if (this.problem) return { kind: "problem", says: this.problem };
    const gop = this.recordings.at(atS);
    if (gop === null) return { kind: "gap" };
    return { kind: gop && this.loaded.has(gop.key) && this.rangeAt(atS) ? "ready" : "loading" };
  }

  /** To be called again and again: brings the picture to `atS`, or lets it run there. */
  follow(atS: number, isPlaying: boolean, rate: number): void {
    this.wantedS = atS;
    this.load(atS, isPlaying ? rate : 1);
    const { video } = this;
    const range = this.rangeAt(atS);
    if (!range) {
      if (!video.paused) video.pause();
      return;
    }
    const aheadS = video.currentTime + ZERO_S - atS;
    if (!isPlaying) {
      if (!video.paused) video.pause();
      if (Math.abs(aheadS) > 0.0005 && !video.seeking) video.currentTime = atS - ZERO_S;
      return;
    }
    // Where pictures were left out there is a hole, at which the browser would wait for ever.
    const isBeyondHole = video.currentTime < range[0] || video.currentTime >= range[1];
    if (isBeyondHole || Math.abs(aheadS) > 1 + rate / 2) {
      if (!video.seeking) video.currentTime = atS - ZERO_S;
    } else this.runAt(rate - aheadS);
  }

  /** When the picture after (or before) the one of a time begins; null where that is not known. */
  pictureBeside(atS: number, isAfter: boolean): number | null {
    const times = [...this.loaded.values()].flatMap((each) => each.times).sort((a, b) => a - b);
    const at = times.findLastIndex((each) => each <= atS + 0.0005);
    return times[isAfter ? at + 1 : at - 1] ?? null;
  }

  private runAt(rate: number): void {
    const { video } = this;
    if (rate < 0.1) {
      video.pause();
      return;
    }
    video.playbackRate = Math.min(16, Math.max(0.1, rate));
    if (video.paused) video.play().catch(() => {}); // it was taken away meanwhile
  }

  /** The part that can be played which holds a time, in the player's own time. */
  private rangeAt(atS: number): [number, number] | undefined {
    const at = atS - ZERO_S;
    return this.buffer.ranges.find(([start, end]) => start <= at + 0.001 && at < end);
  }

  private newBuffer(): PieceBuffer {
    const buffer = new PieceBuffer(
      this.video,
      () => {},
      (why) => this.beginAnew(why),
    );
    buffer.setOffset(-ZERO_S);
    return buffer;
  }

  private beginAnew(why: string): void {
    this.buffer.close();
    this.loaded.clear();
    this.init = "";
    this.problem = why;
    this.notBeforeMs = performance.now() + RETRY_MS;
    this.buffer = this.newBuffer();
  }

  private async load(atS: number, rate: number): Promise<void> {
    if (this.isLoading || performance.now() < this.notBeforeMs) return;
    const wanted = this.missingFrom(atS, Math.max(MIN_AHEAD_S, AHEAD_FOR_EACH_RATE_S * rate));
    const [first] = wanted;
    if (!first) return;
    this.isLoading = true;
    try {
      await this.loadInit(first.init);
      for (const [gop, data] of await this.bytesOf(wanted)) {
        this.buffer.append(data);
        this.loaded.set(gop.key, { gop, times: pictureTimes90k(data).map((each) => each / TICKS_PER_S) });
      }
      this.problem = null;
      this.forget();
    } catch (error) {
      if (this.over.signal.aborted) return;
      this.problem = (error as Error).message;
      this.notBeforeMs = performance.now() + RETRY_MS;
    } finally {
      this.isLoading = false;
    }
  }

  /** What is to be asked for next: one alone where the picture waits for it, else several that lie side by side. */
  private missingFrom(atS: number, aheadS: number): Gop[] {
    const wanted: Gop[] = [];
    let gop = this.recordings.at(atS) ?? undefined;
    const isUrgent = gop !== undefined && !this.loaded.has(gop.key);
    while (gop && gop.startS < atS + aheadS && wanted.length < (isUrgent ? 1 : MAX_GOPS_AT_ONCE)) {
      const last: Gop | undefined = wanted.at(-1);
      if (!this.loaded.has(gop.key)) {
        if (last && (last.address !== gop.address || last.offset + last.size !== gop.offset)) break;
        wanted.push(gop);
      } else if (last) break;
      gop = this.recordings.after(gop);
    }
    return wanted;
  }

  private async loadInit(address: string): Promise<void> {
    if (address === this.init) return;
    const { signal } = this.over;
    const data = this.inits.get(address) ?? (await (await ask(address, { signal })).arrayBuffer());
    this.inits.set(address, data);
    const mime = mimeOf(data);
    if (!mime || !canPlay(mime)) throw new Error(texts.media.cannotPlay(mime ?? "video"));
    this.buffer.setType(mime);
    this.buffer.append(data);
    this.init = address;
  }

  /** gops: side by side in one object. */
  private async bytesOf(gops: Gop[]): Promise<[Gop, ArrayBuffer][]> {
    const [first] = gops;
    const last = gops.at(-1);
    if (!first || !last) return [];
    const headers = { Range: `bytes=${first.offset}-${last.offset + last.size - 1}` };
    const all = await (await ask(first.address, { headers, signal: this.over.signal })).arrayBuffer();
    return gops.map((each) => {
      const at = each.offset - first.offset;
      return [each, all.slice(at, at + each.size)];
    });
  }

  private forget(): void {
    if (this.loaded.size <= MAX_KEPT_GOPS) return;
    for (const [key, { gop }] of this.loaded) {
      if (gop.endS > this.wantedS - KEPT_AROUND_S && gop.startS < this.wantedS + 2 * KEPT_AROUND_S) continue;
      this.loaded.delete(key);
      this.buffer.remove(gop.startS - ZERO_S, gop.endS - ZERO_S);
    }
  }
}
