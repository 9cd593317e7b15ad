/** The time that is looked at, and how it runs: one for all cameras, so that they are in step. */

import { nowS } from "../media/times";
import type { RecordingPlayer } from "./player";

export const RATES = [0.5, 1, 2, 4, 8, 16] as const;
export type Rate = (typeof RATES)[number];

export type Shown = { atS: number; isPlaying: boolean; rate: Rate };

/** The newest that can be recorded by now: pictures are held back, and come in pieces. */
const EDGE_S = 4;
/** Nobody may be further behind the time than this much of a second, times the rate: it waits for the slowest. */
const LEAD_S = 0.4;
const TELL_MS = 100;
const AFTER_PICTURE_BEGAN_S = 0.0005;

export class Playback {
  readonly players = new Set<RecordingPlayer>();
  /** Where the next recording begins after a time at which no camera has any; set by who knows the gaps. */
  recordedAfter: (atS: number) => number | null = () => null;
  /** Somebody has the time in hand: it does not run by itself. */
  isHeld = false;
  private shown: Shown;
  private readonly listeners = new Set<() => void>();
  private frame = 0;
  private lastMs = 0;
  private toldMs = 0;

  constructor(atS: number) {
    this.shown = { atS, isPlaying: false, rate: 1 };
  }

  start(): void {
    this.lastMs = performance.now();
    this.frame = requestAnimationFrame(this.step);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  readonly snapshot = (): Shown => this.shown;

  /** tell: called up to ten times a second while it runs, and at every change. */
  readonly listen = (tell: () => void): (() => void) => {
    this.listeners.add(tell);
    return () => this.listeners.delete(tell);
  };

  goTo(atS: number): void {
    this.set({ atS: Math.min(atS, nowS()) });
  }

  toNow(): void {
    this.set({ atS: nowS() - EDGE_S, isPlaying: true, rate: 1 });
  }

  toggle(): void {
    this.set({ isPlaying: !this.shown.isPlaying });
  }

  setRate(rate: Rate): void {
    this.set({ rate });
  }

  /** One picture on or back; it stops there. */
  stepPicture(isAfter: boolean): void {
    for (const player of this.players) {
      const found = player.pictureBeside(this.shown.atS, isAfter);
      if (found !== null) {
        this.set({ atS: found + AFTER_PICTURE_BEGAN_S, isPlaying: false });
        return;
      }
    }
  }

  private readonly step = (ms: number): void => {
    const passedS = Math.min(0.25, Math.max(0, (ms - this.lastMs) / 1000));
    this.lastMs = ms;
    if (this.shown.isPlaying && !this.isHeld) this.run(passedS, ms);
    const { atS, isPlaying, rate } = this.shown;
    for (const player of this.players) player.follow(atS, isPlaying && !this.isHeld, rate);
    this.frame = requestAnimationFrame(this.step);
  };

  private run(passedS: number, ms: number): void {
    const { atS, rate } = this.shown;
    const states = [...this.players].map((player) => ({ player, kind: player.statusAt(atS).kind }));
    if (!states.length || states.some((each) => each.kind === "loading")) return;
    const edgeS = nowS() - EDGE_S;
    if (atS >= edgeS && rate > 1) this.set({ rate: 1 });
    let nextS = Math.min(atS + passedS * rate, Math.max(atS, edgeS));
    if (states.every((each) => each.kind === "gap")) {
      const foundS = this.recordedAfter(atS);
      if (foundS !== null && foundS > atS) nextS = foundS + AFTER_PICTURE_BEGAN_S;
    }
    for (const { player, kind } of states) {
      const at = player.shownAtS;
      if (kind === "ready" && at !== null && at > atS - 2 * rate)
        nextS = Math.min(nextS, Math.max(atS, at + LEAD_S * rate));
    }
    this.shown = { ...this.shown, atS: nextS };
    if (ms - this.toldMs > TELL_MS) {
      this.toldMs = ms;
      this.tell();
    }
  }

  private set(change: Partial<Shown>): void {
    this.shown = { ...this.shown, ...change };
    this.tell();
  }

  private tell(): void {
    for (const tell of this.listeners) tell();
  }
}
