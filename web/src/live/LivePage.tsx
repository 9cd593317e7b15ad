/** The cameras, as they are now: many at once, or one large. */

import { type ReactNode, useContext, useMemo, useState } from "react";
import type { SectionProps } from "../app/sections";
import { AttentionLine } from "../camera/AttentionLine";
import { AttentionContext, useFaultsFirst } from "../camera/attention";
import { type Camera, useCameras } from "../camera/cameras";
import { NoCameras } from "../camera/NoCameras";
import { CoverLegend } from "../media/CoverLegend";
import { texts } from "../texts";
import { Empty, IconButton, PageHead, ProblemNote, Segmented } from "../ui";
import { LiveGrid } from "./LiveGrid";
import { LiveOne } from "./LiveOne";
import "./live.css";

const COUNTS = ["auto", "1", "4", "9", "16", "25", "36", "49", "64"] as const;
type Count = (typeof COUNTS)[number];
const MOST = 64;
const KEY = "passerby-live-count";

export default function LivePage({ route }: SectionProps) {
  const { cameras, states, problem, again } = useCameras();
  const shown = useMemo(() => cameras?.filter((each) => each.is_enabled), [cameras]);
  const [, name] = route.path;
  const one = name ? cameras?.find((each) => each.name === name) : undefined;

  if (!shown) {
    return (
      <>
        <PageHead title={texts.live.title} />
        {problem ? <ProblemNote problem={problem} onAgain={again} /> : <div className="live-grid" aria-busy="true" />}
      </>
    );
  }
  if (name && !one) return <Empty icon="cameras" title={texts.live.noSuch(name)} action={<ToAll />} />;
  const note = <ProblemNote problem={problem} onAgain={again} />;
  if (one) {
    return (
      <>
        {note}
        <LiveOne key={one.name} camera={one} others={shown} state={states.get(one.name)} />
      </>
    );
  }
  if (!shown.length) {
    return (
      <>
        <PageHead title={texts.live.title} />
        {note}
        <NoCameras areOff={cameras !== undefined && cameras.length > 0} />
      </>
    );
  }
  return <Many cameras={shown} states={states} note={note} />;
}

function ToAll() {
  return (
    <a className="button" href="#/live">
      {texts.live.all}
    </a>
  );
}

type ManyProps = { cameras: Camera[]; states: ReturnType<typeof useCameras>["states"]; note: ReactNode };

function Many({ cameras, states, note }: ManyProps) {
  const [count, setCount] = useState<Count>(() => COUNTS.find((each) => each === localStorage.getItem(KEY)) ?? "auto");
  const [page, setPage] = useState(0);
  const attention = useContext(AttentionContext);
  const faultsFirst = useFaultsFirst(cameras, states);
  const each = count === "auto" ? Math.min(MOST, cameras.length) : Number(count);
  const pages = Math.ceil(cameras.length / each);
  const at = Math.min(page, pages - 1);
  const choose = (chosen: Count) => {
    localStorage.setItem(KEY, chosen);
    setCount(chosen);
    setPage(0);
  };
  // What makes no difference is not offered.
  const counts = COUNTS.filter((c, n) => c === "auto" || c === count || Number(COUNTS[n - 1] ?? 0) < cameras.length);
  return (
    <div className="live">
      <PageHead
        title={texts.live.title}
        actions={
          <>
            {pages > 1 && (
              <div className="row numbers">
                <IconButton icon="back" label={texts.live.before} disabled={at === 0} onClick={() => setPage(at - 1)} />
                {texts.live.ofMany(at * each + 1, Math.min((at + 1) * each, cameras.length), cameras.length)}
                <IconButton
                  icon="next"
                  label={texts.live.after}
                  disabled={at === pages - 1}
                  onClick={() => setPage(at + 1)}
                />
              </div>
            )}
            {cameras.length > 1 && (
              <Segmented
                label={texts.live.count}
                value={count}
                choices={counts.map((c) => ({ value: c, label: c === "auto" ? texts.live.auto : c }))}
                onChange={choose}
              />
            )}
          </>
        }
      />
      {note}
      <AttentionLine attention={attention} className="live-attention" />
      <LiveGrid
        cameras={faultsFirst.slice(at * each, (at + 1) * each)}
        states={states}
        columns={count === "auto" ? null : Math.sqrt(each)}
      />
      <CoverLegend />
    </div>
  );
}
