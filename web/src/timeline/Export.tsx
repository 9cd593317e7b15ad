/** Takes the chosen range away: of one camera at once, of several from a list. The browser saves what comes, however long. */

import { useState } from "react";
import { addressOf, get } from "../api/client";
import { useChange } from "../api/use";
import { useMay } from "../app/session";
import { lengthOf, ticksOf } from "../media/times";
import { texts } from "../texts";
import { Button, Dialog, ProblemNote } from "../ui";
import type { Range } from "./draw";
import { isEmpty } from "./overviews";
import type { Overview } from "./recordings";

export type Exported = { name: string; title: string; overview: Overview | undefined };
type ExportProps = { cameras: readonly Exported[]; range: Range | null };

const DAY_S = 86400;
const PATH = "/api/cameras/{camera}/timeline/export.mp4";

/** Why the range of these cameras cannot be exported; null: it can, as far as is known here. */
export function whyNoExport(cameras: readonly Exported[], range: Range | null): string | null {
  if (!range) return texts.timeline.exportHint;
  if (range.toS - range.fromS > DAY_S) return texts.timeline.tooLong;
  if (cameras.every((each) => isEmpty(each.overview, range))) return texts.timeline.nothingInRange;
  return null;
}

/** One button, always as wide: what is chosen moves nothing. */
export function Export({ cameras, range }: ExportProps) {
  const [isChoosing, setIsChoosing] = useState(false);
  const { busy, problem, run } = useChange();
  const [only] = cameras;
  if (!useMay()("recording:export") || !only) return null;
  const why = whyNoExport(cameras, range);
  const press = () => (cameras.length > 1 || !range ? setIsChoosing(true) : run(() => save(only.name, range)));
  return (
    <div className="export">
      <Button
        kind="primary"
        icon="download"
        busy={busy}
        disabled={why !== null}
        {...(why ? { title: why } : {})}
        onClick={press}
      >
        {range ? texts.timeline.exportLength(lengthOf(range.toS - range.fromS)) : texts.timeline.export}
      </Button>
      {problem && (
        <div className="export-problem">
          <ProblemNote problem={problem} />
        </div>
      )}
      {isChoosing && range && <ExportDialog cameras={cameras} range={range} onClose={() => setIsChoosing(false)} />}
    </div>
  );
}

type DialogProps = { cameras: readonly Exported[]; range: Range; onClose: () => void };

function ExportDialog({ cameras, range, onClose }: DialogProps) {
  return (
    <Dialog
      title={texts.timeline.exportLength(lengthOf(range.toS - range.fromS))}
      onClose={onClose}
      actions={<Button onClick={onClose}>{texts.ui.close}</Button>}
    >
      <ul className="export-list">
        {cameras.map((each) => (
          <ExportOne key={each.name} camera={each} range={range} />
        ))}
      </ul>
    </Dialog>
  );
}

function ExportOne({ camera, range }: { camera: Exported; range: Range }) {
  const { busy, problem, run } = useChange();
  const why = whyNoExport([camera], range);
  return (
    <li>
      <strong>{camera.title}</strong>
      {why ? (
        <span className="soft small">{why}</span>
      ) : (
        <Button
          icon="download"
          busy={busy}
          aria-label={texts.timeline.exportOf(camera.title)}
          onClick={() => run(() => save(camera.name, range))}
        >
          {texts.timeline.export}
        </Button>
      )}
      <ProblemNote problem={problem} />
    </li>
  );
}

/** Asks whether it can be made before the browser is sent for it, which would say nothing of a problem. Throws Problem. */
export async function save(camera: string, range: Range): Promise<void> {
  const path = { camera };
  const query = { from_90k: ticksOf(range.fromS), to_90k: ticksOf(range.toS) };
  await get(PATH, { path, query: { ...query, only_ask: true } });
  const link = document.createElement("a");
  link.href = addressOf(PATH, { path, query });
  link.download = "";
  link.click();
}
