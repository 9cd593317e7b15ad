/** Encoded pieces into a <video>, through Media Source Extensions: appended one after the other, forgotten when old. */

import { texts } from "../texts";

type Managed = { ManagedMediaSource?: typeof MediaSource };

/** Where there is one (Safari), the managed kind: the only one on telephones. */
const Source = (globalThis as Managed).ManagedMediaSource ?? globalThis.MediaSource;

export function canPlay(mime: string): boolean {
  return Source?.isTypeSupported(mime) ?? false;
}

/** What is to be done with the buffer, in order: it takes one thing at a time. */
type Step =
  | { kind: "append"; data: BufferSource }
  | { kind: "type"; mime: string }
  | { kind: "remove"; fromS: number; untilS: number };

/** One <video> and its buffer. Times are seconds of the player: `offsetS` is added to those in the pieces. */
export class PieceBuffer {
  private readonly source: MediaSource;
  private readonly url: string | null;
  private buffer: SourceBuffer | null = null;
  private steps: Step[] = [];
  private mime = "";
  private offsetS = 0;

  /** whenAppended: after each piece. whenBroken: it can only be thrown away. */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly whenAppended: () => void,
    private readonly whenBroken: (why: string) => void,
  ) {
    if (!Source) throw new Error(texts.media.notSupported);
    this.source = new Source();
    this.source.addEventListener("sourceopen", this.next);
    video.addEventListener("error", this.broke);
    video.disableRemotePlayback = true; // what Safari asks for a managed source; and pictures stay on this machine
    this.url = URL.createObjectURL(this.source);
    video.src = this.url;
  }

  /** The kind of what comes next, with codecs. */
  setType(mime: string): void {
    if (mime === this.mime) return;
    this.mime = mime;
    this.push({ kind: "type", mime });
  }

  /** For pieces that are appended from now on; to be called before the first. */
  setOffset(seconds: number): void {
    this.offsetS = seconds;
  }

  append(data: BufferSource): void {
    this.push({ kind: "append", data });
  }

  /** Forget what is there. */
  remove(fromS: number, untilS: number): void {
    this.push({ kind: "remove", fromS, untilS });
  }

  /** Parts that can be played, in seconds, in order. */
  get ranges(): [number, number][] {
    try {
      const found = this.buffer?.buffered;
      return found ? Array.from({ length: found.length }, (_, n) => [found.start(n), found.end(n)]) : [];
    } catch {
      return []; // the browser closed it
    }
  }

  get waiting(): number {
    return this.steps.length;
  }

  close(): void {
    this.steps = [];
    this.source.removeEventListener("sourceopen", this.next);
    this.buffer?.removeEventListener("updateend", this.updated);
    this.video.removeEventListener("error", this.broke);
    this.buffer = null;
    this.video.removeAttribute("src");
    this.video.load();
    if (this.url) URL.revokeObjectURL(this.url);
  }

  private push(step: Step): void {
    this.steps.push(step);
    this.next();
  }

  private readonly updated = () => {
    this.whenAppended();
    this.next();
  };

  private readonly broke = () => this.whenBroken(this.video.error?.message || texts.media.broken);

  private readonly next = (): void => {
    if (this.source.readyState !== "open" || this.buffer?.updating) return;
    const step = this.steps.shift();
    if (!step) return;
    try {
      this.take(step);
    } catch (error) {
      if (error instanceof DOMException && error.name === "QuotaExceededError" && step.kind === "append") {
        this.steps.unshift({ kind: "remove", fromS: 0, untilS: this.video.currentTime - 2 }, step);
        if (this.ranges.some(([start]) => start < this.video.currentTime - 2)) {
          this.next();
          return;
        }
      }
      this.whenBroken(String(error));
    }
  };

  private take(step: Step): void {
    if (step.kind === "type") {
      if (this.buffer) this.buffer.changeType(step.mime);
      else {
        this.buffer = this.source.addSourceBuffer(step.mime);
        this.buffer.addEventListener("updateend", this.updated);
      }
      this.next();
    } else if (step.kind === "append") {
      if (this.buffer && this.buffer.timestampOffset !== this.offsetS) this.buffer.timestampOffset = this.offsetS;
      this.buffer?.appendBuffer(step.data);
    } else if (this.buffer && this.ranges.some(([start, end]) => start < step.untilS && end > step.fromS)) {
      this.buffer.remove(Math.max(0, step.fromS), step.untilS);
    } else this.next();
  }
}
