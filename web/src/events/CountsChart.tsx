/** Draws the counts of one rule: a line over hours, days or weeks for each way, and the week before as a thin one. */

import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { dayOf, hourOf } from "../media/times";
import { texts, wordFor } from "../texts";
import type { Line, Per } from "./counts";

type ChartProps = { rule: string; per: Per; lines: readonly Line[] };

const TALL_PX = 220;

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
            const stroke = color(`--c-${each.way}`);
            return [
              { label: way(each), stroke, width: 2, fill: color(`--c-${each.way}-wash`), points: LONE_POINTS },
              {
                label: `${way(each)}, ${texts.events.count.weekBefore}`,
                stroke,
                width: 1,
                dash: [4, 4],
                points: LONE_POINTS,
              },
            ];
          }),
        ],
      },
      [lines[0].times, ...lines.flatMap((each) => [each.now, each.before])],
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
    <div
      ref={frame}
      className="counts-chart"
      role="img"
      aria-label={isOfZone ? texts.events.count.zoneChart(rule) : texts.events.count.chart(rule)}
    />
  );
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
