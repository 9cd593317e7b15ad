/** Draws the scrubber: for each camera what moved and where nothing is recorded, the hours, the chosen range, the time. */

import { toneOf } from "../camera/StateBadge";
import { dayOf, hourOf, nowS, timeOf } from "../media/times";
import type { Overview } from "./recordings";
import { localOffsetS, ticksOf, toPx, type View } from "./scale";

export const AXIS_PX = 26;
/** Lower where there are more, so that the strip leaves room for the pictures. */
export const rowPx = (rows: number): number => (rows <= 4 ? 40 : rows <= 9 ? 26 : 20);
/** Below each row's activity, how tall by how bad it is. */
const HEALTH_PX = { good: 0, calm: 2, warn: 4, bad: 7 };
const LANE_PX = HEALTH_PX.bad;
/** Events are marks along the top of a row. */
const EVENT_PX = 5;

export type Row = { name: string; title: string; overview: Overview | undefined };
export type Range = { fromS: number; toS: number };
export type Colors = Record<"ink" | "soft" | "line" | "sunken" | "accent" | "wash" | "warn" | "bad" | "font", string>;

export type Scene = {
  view: View;
  width: number;
  height: number;
  rows: readonly Row[];
  range: Range | null;
  atS: number;
};

export function draw(paper: CanvasRenderingContext2D, scene: Scene, colors: Colors): void {
  const { width, height } = scene;
  paper.clearRect(0, 0, width, height);
  paper.font = `12px ${colors.font}`;
  paper.textBaseline = "middle";
  const tall = rowPx(scene.rows.length);
  scene.rows.forEach((row, n) => {
    drawRow(paper, scene, row, AXIS_PX + n * tall, colors);
  });
  drawTicks(paper, scene, colors);
  drawFuture(paper, scene, colors);
  if (scene.range) drawRange(paper, scene, scene.range, colors);
  if (scene.rows.length > 1) {
    scene.rows.forEach((row, n) => {
      drawTitle(paper, row.title, AXIS_PX + n * tall, colors);
    });
  }
  drawCursor(paper, scene, colors);
}

function drawRow(paper: CanvasRenderingContext2D, scene: Scene, row: Row, top: number, colors: Colors): void {
  const { view, width } = scene;
  const tall = rowPx(scene.rows.length);
  const bottom = top + tall - LANE_PX - 3;
  paper.fillStyle = colors.line;
  paper.fillRect(0, top + tall - 1, width, 1);
  if (row.overview) {
    const { fromS, toS } = row.overview;
    const left = Math.max(0, toPx(view, width, fromS));
    paper.fillStyle = colors.wash; // recorded; what is not is hatched over it
    paper.fillRect(left, top + 1, toPx(view, width, Math.min(toS, nowS())) - left, tall - 2);
    drawActivity(paper, scene, row.overview, top + 4, bottom, colors);
    for (const [fromS, toS] of row.overview.gaps) {
      const left = Math.max(0, toPx(view, width, fromS));
      const right = Math.min(width, toPx(view, width, Math.min(toS, nowS())));
      if (right > left) hatch(paper, left, top + 1, Math.max(1, right - left), tall - 2, colors);
    }
  }
  paper.fillStyle = colors.ink;
  for (const each of row.overview?.events ?? []) {
    const left = toPx(view, width, each.fromS);
    paper.fillRect(left - 1, top + 1, Math.max(3, toPx(view, width, each.toS) - left), EVENT_PX);
  }
  for (const each of row.overview?.health ?? []) {
    const tone = toneOf(each.what);
    if (tone === "good") continue;
    paper.fillStyle = tone === "bad" ? colors.bad : tone === "warn" ? colors.warn : colors.soft;
    const left = toPx(view, width, each.fromS);
    const bar = HEALTH_PX[tone];
    paper.fillRect(left, top + tall - 2 - bar, Math.max(2, toPx(view, width, each.toS) - left), bar);
  }
}

function drawTitle(paper: CanvasRenderingContext2D, title: string, top: number, colors: Colors): void {
  const { width } = paper.measureText(title);
  paper.globalAlpha = 0.85;
  paper.fillStyle = colors.sunken;
  paper.fillRect(4, top + 2, width + 8, 16);
  paper.globalAlpha = 1;
  paper.fillStyle = colors.ink;
  paper.fillText(title, 8, top + 10.5);
}

function drawActivity(
  paper: CanvasRenderingContext2D,
  { view, width }: Scene,
  overview: Overview,
  top: number,
  bottom: number,
  colors: Colors,
): void {
  const { fromS, toS, activity } = overview;
  const partS = (toS - fromS) / activity.length;
  const first = Math.max(0, Math.floor((view.fromS - fromS) / partS));
  const last = Math.min(activity.length - 1, Math.ceil((view.fromS + view.spanS - fromS) / partS));
  paper.fillStyle = colors.accent;
  for (let n = first; n <= last; n++) {
    const share = (activity[n] ?? 0) / 255;
    if (share === 0) continue;
    const left = toPx(view, width, fromS + n * partS);
    const tall = Math.max(1.5, share * (bottom - top));
    paper.fillRect(left, bottom - tall, Math.max(1, (partS / view.spanS) * width), tall);
  }
  paper.fillStyle = colors.line;
  paper.fillRect(0, bottom, width, 1);
}

function hatch(
  paper: CanvasRenderingContext2D,
  left: number,
  top: number,
  wide: number,
  tall: number,
  c: Colors,
): void {
  paper.save();
  paper.beginPath();
  paper.rect(left, top, wide, tall);
  paper.clip();
  paper.fillStyle = c.sunken;
  paper.fillRect(left, top, wide, tall);
  paper.strokeStyle = c.line;
  paper.lineWidth = 1;
  paper.beginPath();
  for (let x = Math.floor((left - tall) / 8) * 8; x < left + wide; x += 8) {
    paper.moveTo(x, top + tall);
    paper.lineTo(x + tall, top);
  }
  paper.stroke();
  paper.restore();
}

function drawTicks(paper: CanvasRenderingContext2D, { view, width, height }: Scene, colors: Colors): void {
  const { stepS, ticks } = ticksOf(view, width, localOffsetS);
  for (const { atS, isDay } of ticks) {
    const x = Math.round(toPx(view, width, atS)) + 0.5;
    paper.fillStyle = colors.line;
    paper.fillRect(x - 0.5, isDay ? 0 : AXIS_PX - 6, 1, height);
    paper.fillStyle = isDay ? colors.ink : colors.soft;
    const label = isDay || stepS >= 86400 ? dayOf(atS) : stepS < 60 ? timeOf(atS) : hourOf(atS);
    paper.fillText(label, x + 4, AXIS_PX / 2);
  }
}

function drawFuture(paper: CanvasRenderingContext2D, { view, width, height }: Scene, colors: Colors): void {
  const x = toPx(view, width, nowS());
  if (x >= width) return;
  paper.globalAlpha = 0.6;
  paper.fillStyle = colors.sunken;
  paper.fillRect(Math.max(0, x), AXIS_PX, width, height);
  paper.globalAlpha = 1;
}

function drawRange(paper: CanvasRenderingContext2D, { view, width, height }: Scene, range: Range, c: Colors): void {
  const left = toPx(view, width, range.fromS);
  const right = toPx(view, width, range.toS);
  paper.globalAlpha = 0.3;
  paper.fillStyle = c.accent;
  paper.fillRect(left, AXIS_PX, right - left, height - AXIS_PX);
  paper.globalAlpha = 1;
  for (const x of [left, right]) paper.fillRect(x - 1, AXIS_PX, 2, height);
}

function drawCursor(paper: CanvasRenderingContext2D, { view, width, height, atS }: Scene, colors: Colors): void {
  const x = toPx(view, width, atS);
  if (x < -1 || x > width + 1) return;
  paper.fillStyle = colors.ink;
  paper.fillRect(x - 1, AXIS_PX - 8, 2, height);
  paper.beginPath();
  paper.moveTo(x - 6, AXIS_PX - 8);
  paper.lineTo(x + 6, AXIS_PX - 8);
  paper.lineTo(x, AXIS_PX);
  paper.fill();
}
