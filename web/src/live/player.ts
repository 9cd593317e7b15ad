/** One camera's live pictures in a <video>: connects, stays at the newest picture, connects again. */

import { liveAddressOf } from "../api/client";
import { pictureTimes90k, TICKS_PER_S } from "../media/mp4";
import { canPlay, PieceBuffer } from "../media/source";
import { inWords, texts } from "../texts";

/** waiting: connected, nothing came yet. stale: it played, and nothing came for a while. lost: connecting again. */
export type LiveState =
  | { kind: "connecting" | "waiting" | "playing" }
  | { kind: "stale"; sinceMs: number }
  | { kind: "lost"; why: string };

/** In hand when a piece has come: as much as one is long where anything moves, and a little. Longer ones show what stays
 * the same, where playing may stop before the next one and nobody sees it. */
const MIN_LAG_S = 0.3;
/** More is wanted where pieces come unevenly: so much after each stop, and less again with each piece. */
const MORE_LAG_S = 0.1;
const LESS_LAG_S = 0.001;
const WORST_LAG_S = 1;
const LONG_PIECE_S = 0.35;
const EASY_S = 0.1;
const MAX_LAG_S = 1.5;
const KEPT_S = 6;
const STALE_MS = 3500;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const MAY_NO_MORE = 4403;

export class LivePlayer {
  private socket: WebSocket | null = null;
  private buffer: PieceBuffer | null = null;
  private baseS: number | null = null;
  private newestS = 0;
  private lagS = MIN_LAG_S;
  private endS = 0;
  private pieceS = 0;
  private heardMs = 0;
  private failures = 0;
  private timer = 0;
  private readonly watch: number;
  private state: LiveState = { kind: "connecting" };

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly camera: string,
    private readonly tell: (state: LiveState) => void,
  ) {
    video.muted = true; // else browsers do not begin by themselves; there is no sound anyway
    video.addEventListener("waiting", this.stopped);
    this.watch = window.setInterval(this.check, 250);
    this.connect();
  }

  stop(): void {
    this.video.removeEventListener("waiting", this.stopped);
    window.clearInterval(this.watch);
    window.clearTimeout(this.timer);
    this.disconnect();
  }

  /** When the picture that is shown was taken, seconds since 1970 UTC; null: none is shown. */
  get shownAtS(): number | null {
    return this.baseS === null || this.video.readyState < 2 ? null : this.baseS + this.video.currentTime;
  }

  private connect(): void {
    const socket = new WebSocket(liveAddressOf(this.camera));
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.say({ kind: "waiting" });
    socket.onmessage = (event) => this.take(event.data);
    socket.onclose = ({ code, reason }) => {
      const said = { code: code === MAY_NO_MORE ? "may-no-longer-watch" : "no-live-picture", params: {} } as const;
      this.lost(reason ? inWords(said, reason) : texts.live.connectionLost, code === MAY_NO_MORE);
    };
    this.socket = socket;
  }

  private disconnect(): void {
    if (this.socket) {
      const socket = this.socket;
      socket.onopen = socket.onmessage = socket.onclose = null;
      // Browsers call it an error if it is closed before it is open.
      if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
      else socket.close();
      this.socket = null;
    }
    this.buffer?.close();
    this.buffer = null;
    this.baseS = null;
  }

  /** isFinal: asking again would not help soon. */
  private lost(why: string, isFinal = false): void {
    this.disconnect();
    this.say({ kind: "lost", why });
    const wait = isFinal ? LONGEST_WAIT_MS : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures);
    this.failures += 1;
    this.timer = window.setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  private take(data: string | ArrayBuffer): void {
    if (typeof data === "string") {
      this.begin(String(JSON.parse(data).mime));
      return;
    }
    const [first] = pictureTimes90k(data);
    if (first !== undefined) {
      const startS = first / TICKS_PER_S;
      if (this.baseS !== null && startS < this.newestS - 1) {
        this.lost(texts.live.clockSetBack);
        return;
      }
      if (this.baseS === null) {
        this.baseS = Math.floor(startS);
        this.buffer?.setOffset(-this.baseS);
      }
      this.newestS = startS;
      this.heardMs = performance.now();
      this.failures = 0;
    }
    this.buffer?.append(data);
  }

  private begin(mime: string): void {
    if (!canPlay(mime)) {
      this.lost(texts.media.cannotPlay(mime), true);
      return;
    }
    this.buffer ??= new PieceBuffer(this.video, this.keepUp, (why) => this.lost(why));
    this.buffer.setType(mime);
  }

  /** After each piece: to the newest picture where it is far behind, a little faster or slower where it is near. */
  private readonly keepUp = (): void => {
    const last = this.buffer?.ranges.at(-1);
    if (!last || !this.buffer) return;
    const [startS, endS] = last;
    [this.pieceS, this.endS] = [endS - this.endS, endS];
    this.lagS = Math.max(MIN_LAG_S, this.lagS - LESS_LAG_S);
    const lagS = endS - this.video.currentTime;
    if (lagS > MAX_LAG_S || this.video.currentTime < startS) {
      this.video.currentTime = Math.max(startS, endS - this.lagS);
    }
    this.video.playbackRate = lagS > this.lagS + EASY_S ? 1.1 : lagS < this.lagS - EASY_S ? 0.94 : 1;
    if (this.video.paused) this.video.play().catch(() => {}); // it was taken away meanwhile
    if (startS < this.video.currentTime - 2 * KEPT_S) this.buffer.remove(0, this.video.currentTime - KEPT_S);
  };

  /** Nothing is left to play, though a piece should have come. */
  private readonly stopped = (): void => {
    if (this.video.readyState >= 2 && this.pieceS < LONG_PIECE_S) {
      this.lagS = Math.min(WORST_LAG_S, this.lagS + MORE_LAG_S);
    }
  };

  private readonly check = (): void => {
    if (!this.socket || this.heardMs === 0) return;
    const silentMs = performance.now() - this.heardMs;
    if (silentMs > STALE_MS && this.baseS !== null) {
      this.say({ kind: "stale", sinceMs: Date.now() - Math.round(silentMs) });
    } else if (this.baseS !== null && this.video.readyState >= 2) this.say({ kind: "playing" });
  };

  private say(state: LiveState): void {
    const isSame = state.kind === this.state.kind && !("why" in state && "why" in this.state);
    this.state = state;
    if (!isSame) this.tell(state);
  }
}
