/** Draws the counts of one rule: a line over hours, days or weeks for each way, and the week before as a thin one. What is
 *  not complete has a circle. */

import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { dayOf, hourOf } from "../media/times";
import { texts, wordFor } from "../texts";
import type { Counted, Line, Per } from "./counts";

type ChartProps = { rule: string; per: Per; lines: readonly Line[] };

const TALL_PX = 220;
const CIRCLE_PX = 3;
const LINE_PX = 1.5;

/** A line needs two: what is known of a single hour or day would not be seen. */
const LONE_POINTS: uPlot.Series.Points = {
  show: true,
  size: 6,
  filter: (chart, series) => {
    const known = chart.data[series] ?? [];
    const isKnown = (n: number) => typeof known[n] === "number";
    return [...known.keys()].filter((n) => isKnown(n) && !isKnown(n - 1) && !isKnown(n + 1));
  },
};

export function CountsChart({ rule, per, lines }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const theme = useColors();
  const isOfZone = lines[0]?.way === "mean" || lines[0]?.way === "most";
  // biome-ignore lint/correctness/useExhaustiveDependencies: `theme` draws anew in its colours
  useEffect(() => {
    const element = frame.current;
    if (!element || !lines[0]) return;
    const style = getComputedStyle(element);
    const color = (name: string) => style.getPropertyValue(name);
    const colorOf = (each: Line) => color(`--c-${each.way}`);
    const drawn = lines.flatMap((each) => [each.now, each.before].map((its) => ({ ...its, stroke: colorOf(each) })));
    const drawCircles = (chart: uPlot, series: number) => {
      const its = drawn[series - 1];
      if (its) drawParts(chart, its, its.stroke, color("--c-ground"));
    };
    const way = (each: Line) => wordFor(texts.events.count.to, each.way) ?? each.way;
    const axis = { stroke: color("--c-soft"), grid: { stroke: color("--c-line"), width: 1 }, ticks: { show: false } };
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: TALL_PX,
        legend: { live: true },
        cursor: { drag: { x: false, y: false }, points: { size: 6 } },
        axes: [
          { ...axis, values: (_, times) => times.map((at) => (isDay(at) ? dayOf(at) : hourOf(at))), space: 70 },
          { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] },
        ],
        scales: { y: { range: (_, __, most) => [0, Math.max(5, most * 1.1)] } },
        series: [
          {
            label: texts.events.when,
            value: (_, at) => (at === null ? "" : per === "hour" ? `${dayOf(at)}, ${hourOf(at)}` : dayOf(at)),
          },
          ...lines.flatMap((each) => {
            const usual = { stroke: colorOf(each), points: LONE_POINTS };
            return [
              { ...usual, label: way(each), width: 2, fill: color(`--c-${each.way}-wash`), value: legendOf(each.now) },
              {
                ...usual,
                label: `${way(each)}, ${texts.events.count.weekBefore}`,
                width: 1,
                dash: [4, 4],
                value: legendOf(each.before),
              },
            ];
          }),
        ],
        hooks: { drawSeries: [drawCircles] },
      },
      [lines[0].times, ...drawn.map((each) => each.counts)],
      element,
    );
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: TALL_PX }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [lines, per, theme]);
  return (
    <>
      <div
        ref={frame}
        className="counts-chart"
        role="img"
        aria-label={isOfZone ? texts.events.count.zoneChart(rule) : texts.events.count.chart(rule)}
      />
      <NotComplete per={per} lines={lines} />
    </>
  );
}

/** What has a circle: the last one, which goes on, and those before. */
function NotComplete({ per, lines }: { per: Per; lines: readonly Line[] }) {
  const isPart = (lines[0]?.times ?? []).map((_, n) => lines.some((each) => each.now.parts[n]));
  const earlier = isPart.slice(0, -1).filter(Boolean).length;
  const { notComplete, notOver, inPart } = texts.events.count;
  const said = [...(isPart.at(-1) ? [notOver[per]] : []), ...(earlier > 0 ? [inPart[per](earlier)] : [])];
  return said.length > 0 ? <p className="soft">{notComplete(said.join("; "))}</p> : null;
}

/** As the legend has it: how many, and of how many minutes where that is not all. */
function legendOf({ counts, parts }: Counted): uPlot.Series.Value {
  return (_, __, ___, n) => {
    const [count, part] = n === null ? [] : [counts[n], parts[n]];
    if (typeof count !== "number") return "–";
    const number = texts.events.count.number(count);
    return part ? texts.events.count.part(number, part.minutes, part.of) : number;
  };
}

/** A circle at each that is not complete. */
function drawParts(chart: uPlot, { counts, parts }: Counted, stroke: string, fill: string) {
  const { ctx } = chart;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.fillStyle = fill;
  ctx.lineWidth = LINE_PX * devicePixelRatio;
  for (const [n, part] of parts.entries()) {
    const [at, count] = [chart.data[0][n], counts[n]];
    if (!part || at === undefined || typeof count !== "number") continue;
    ctx.beginPath();
    const [x, y] = [chart.valToPos(at, "x", true), chart.valToPos(count, "y", true)];
    ctx.arc(x, y, CIRCLE_PX * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

function isDay(atS: number): boolean {
  const at = new Date(atS * 1000);
  return at.getHours() === 0 && at.getMinutes() === 0;
}

/** Changes whenever the page's colours do: a canvas has to be drawn anew. */
function useColors(): number {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const again = () => setRound((before) => before + 1);
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const observer = new MutationObserver(again);
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    dark.addEventListener("change", again);
    return () => {
      observer.disconnect();
      dark.removeEventListener("change", again);
    };
  }, []);
  return round;
}
