/** What of the report the page shows. docs/reference/report.md describes all of it. */

import { addressOf, ask, get } from "../api/client";
import type { components } from "../api/schema";
import { inWords, isSaidOtherwise } from "../texts";
import type { Xyxy } from "./box";

type Said = components["schemas"]["Said"];
export type Span = { start_s: number; end_s: number; reason: string };
/** One thing in one place for a short while. */
export type Doubt = Span & {
  id: string;
  kind: "person" | "face";
  is_covered: boolean;
  xyxy: Xyxy;
  at_s: number;
};
export type Report = {
  output: { sha256: string };
  source: { width: number; height: number; turn: number; frames_per_s: number | null; duration_s: number | null };
  mode: { used: "reveal" | "cover"; why: string; instead: "reveal" | "cover" | null };
  frames: { total: number; redacted: number; covered_whole: number };
  hidden: { mean: number; max: number };
  speed: { wall_s: number };
  tracks: unknown[];
  low_confidence: Doubt[];
  whole_spans: Span[];
  problems: { at_s: number | null; message: string }[];
  warnings: string[];
};

export async function reportOf(id: string, signal: AbortSignal): Promise<Report> {
  const response = await ask(addressOf("/api/redactions/{id}/report.json", { path: { id } }), { signal });
  const report: Report = await response.json();
  return isSaidOtherwise
    ? inOtherWords(report, await get("/api/redactions/{id}/report/said", { path: { id }, signal }))
    : report;
}

/** The same with its sentences in the page's language. */
function inOtherWords(report: Report, said: Readonly<Record<string, Said>>): Report {
  const words = (sentence: string) => inWords(said[sentence], sentence);
  return {
    ...report,
    mode: { ...report.mode, why: words(report.mode.why) },
    warnings: report.warnings.map(words),
    problems: report.problems.map((each) => ({ ...each, message: words(each.message) })),
    whole_spans: report.whole_spans.map((each) => ({ ...each, reason: words(each.reason) })),
  };
}

/** Of the picture as it is shown: a telephone's video may be stored on its side. */
export function uprightSize({ source }: Report): { width: number; height: number } {
  return source.turn % 180 ? { width: source.height, height: source.width } : source;
}
