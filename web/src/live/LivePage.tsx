/** The cameras, as they are now: many at once, or one large. */

import { type ReactNode, useContext, useMemo, useState } from "react";
import type { SectionProps } from "../app/sections";
import { AttentionLine } from "../camera/AttentionLine";
import { AttentionContext, useFaultsFirst } from "../camera/attention";
import { type Camera, useCameras } from "../camera/cameras";
import { NoCameras } from "../camera/NoCameras";
import { CoverLegend } from "../media/CoverLegend";
import { texts } from "../texts";
import { Button, Empty, PageHead, ProblemNote, Segmented, ToolButton } from "../ui";
import { LayoutsDialog } from "./LayoutsDialog";
import { LiveGrid } from "./LiveGrid";
import { LiveOne } from "./LiveOne";
import { COUNTS, useLayouts } from "./layouts";
import "./live.css";

const MOST = 64;

export default function LivePage({ route }: SectionProps) {
  const { cameras, states, problem, again } = useCameras();
  const shown = useMemo(() => cameras?.filter((each) => each.is_enabled), [cameras]);
  const [, name] = route.path;
  const one = name ? cameras?.find((each) => each.name === name) : undefined;

  if (!shown) {
    if (!problem) return <Loading />;
    return (
      <>
        <PageHead title={texts.live.title} />
        <ProblemNote problem={problem} onAgain={again} />
      </>
    );
  }
  if (name && !one) return <Empty isPage icon="cameras" title={texts.live.noSuch(name)} action={<ToAll />} />;
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

function Loading() {
  return (
    <>
      <PageHead title={texts.live.title} />
      <div className="live-grid" aria-busy="true" />
    </>
  );
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
  const layouts = useLayouts();
  const { chosen, count } = layouts;
  const [page, setPage] = useState(0);
  const [isSaving, setIsSaving] = useState(false);
  const attention = useContext(AttentionContext);
  const ofLayout = useMemo(() => cameras.filter((each) => chosen?.cameras.includes(each.name)), [cameras, chosen]);
  // A layout whose cameras are all gone, or not for this user any more, is no reason for an empty page.
  const shown = ofLayout.length ? ofLayout : cameras;
  const faultsFirst = useFaultsFirst(shown, states);
  const each = count === "auto" ? Math.min(MOST, shown.length) : Number(count);
  const pages = Math.ceil(shown.length / each);
  const at = Math.min(page, pages - 1);
  if (layouts.isLoading) return <Loading />;
  const toFirst = (change: () => void) => {
    change();
    setPage(0);
  };
  // What makes no difference is not offered.
  const counts = COUNTS.filter((c, n) => c === "auto" || c === count || (Number(COUNTS[n - 1]) || 0) < shown.length);
  return (
    <div className="live">
      <PageHead
        title={texts.live.title}
        actions={
          <>
            {pages > 1 && (
              <div className="row numbers">
                <ToolButton
                  icon="back"
                  word={texts.live.previous}
                  label={texts.live.before}
                  disabled={at === 0}
                  onClick={() => setPage(at - 1)}
                />
                {texts.live.ofMany(at * each + 1, Math.min((at + 1) * each, shown.length), shown.length)}
                <ToolButton
                  icon="next"
                  word={texts.live.next}
                  label={texts.live.after}
                  disabled={at === pages - 1}
                  onClick={() => setPage(at + 1)}
                />
              </div>
            )}
            {layouts.layouts.length > 0 && (
              <select
                className="input layout"
                aria-label={texts.live.layouts.choose}
                value={ofLayout.length ? chosen?.name : ""}
                onChange={(event) => toFirst(() => layouts.choose(event.target.value || null))}
              >
                <option value="">{texts.live.all}</option>
                {layouts.layouts.map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            )}
            {shown.length > 1 && (
              <Segmented
                label={texts.live.count}
                value={count}
                choices={counts.map((c) => ({ value: c, label: c === "auto" ? texts.live.auto : c }))}
                onChange={(wanted) => toFirst(() => layouts.setCount(wanted))}
              />
            )}
            {cameras.length > 1 && (
              <Button icon="grid" onClick={() => setIsSaving(true)}>
                {texts.live.layouts.title}
              </Button>
            )}
          </>
        }
      />
      {note}
      {!isSaving && <ProblemNote problem={layouts.problem} />}
      <AttentionLine attention={attention} className="live-attention" />
      <LiveGrid
        cameras={faultsFirst.slice(at * each, (at + 1) * each)}
        states={states}
        columns={count === "auto" ? null : Math.sqrt(each)}
      />
      <CoverLegend />
      {isSaving && (
        <LayoutsDialog layouts={layouts} cameras={cameras} shown={shown} onClose={() => setIsSaving(false)} />
      )}
    </div>
  );
}
