/** The report's figures in words, and the moments that it names. */

import { texts } from "../texts";
import { Button, Panel, sentence } from "../ui";
import type { Report, Span } from "./report";
import { clock } from "./words";

const words = texts.redact;
/** More of them are a list that nobody reads; the report has all. */
const MAX_MOMENTS = 12;

type FiguresProps = { report: Report; isVideo: boolean; onGo: (timeS: number) => void };

export function Figures({ report, isVideo, onGo }: FiguresProps) {
  const { frames, hidden, tracks, mode } = report;
  const facts: [string, string][] = [
    [words.figures.frames, String(frames.redacted)],
    [words.figures.whole, String(frames.covered_whole)],
    [words.figures.hidden, texts.ui.share(hidden.mean)],
    [words.figures.tracks, String(tracks.length)],
  ];
  return (
    <>
      <Panel title={words.figures.title}>
        <dl className="redact-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt className="soft small">{name}</dt>
              <dd className="numbers">{value}</dd>
            </div>
          ))}
        </dl>
        <p className="soft small">
          {isVideo ? `${words.figures.mode[mode.used]}: ${mode.why}.` : sentence(mode.why)}{" "}
          {words.figures.took(report.speed.wall_s)}
        </p>
      </Panel>
      {report.whole_spans.length > 0 && (
        <Panel title={words.wholeSpans}>
          <Moments spans={report.whole_spans} onGo={onGo} />
        </Panel>
      )}
      {report.problems.length > 0 && (
        <Panel title={words.problems}>
          <ul>
            {report.problems.slice(0, MAX_MOMENTS).map((each) => (
              <li key={`${each.at_s} ${each.message}`}>{sentence(each.message)}</li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function Moments({ spans, onGo }: { spans: readonly Span[]; onGo: (timeS: number) => void }) {
  return (
    <ul className="redact-moments">
      {spans.slice(0, MAX_MOMENTS).map((each) => (
        <li key={`${each.start_s} ${each.reason}`}>
          <Button
            kind="quiet"
            aria-label={words.goTo(clock(each.start_s), each.reason)}
            onClick={() => onGo(each.start_s)}
          >
            <span className="numbers">{clock(each.start_s)}</span>
          </Button>
          <span>{sentence(each.reason)}</span>
        </li>
      ))}
    </ul>
  );
}
