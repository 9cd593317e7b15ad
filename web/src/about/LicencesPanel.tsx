/** Whose work is within this page and this program, and under which licence. */

import { useState } from "react";
import { Problem } from "../api/client";
import { useAsked } from "../api/use";
import { texts } from "../texts";
import { Button, Dialog, Panel, ProblemNote } from "../ui";

/** As the build writes it, of what is in the page. */
type Bundled = { name: string; version: string; identifier: string | null; text: string };

/** Beside the page's files, not part of the API. */
const ADDRESS = "licences.json";

export function LicencesPanel() {
  const { answer, problem } = useAsked(bundled, "licences");
  const [shown, setShown] = useState<Bundled | null>(null);
  return (
    <Panel title={texts.about.licences} about={texts.about.licencesAbout}>
      <ul className="licences">
        {texts.about.parts.map((each) => (
          <li key={each.name}>
            <strong>{each.name}</strong> <span className="soft">{each.licence}</span>
          </li>
        ))}
        {answer?.map((each) => (
          <li key={each.name}>
            <strong>
              {each.name} {each.version}
            </strong>{" "}
            <span className="soft">{texts.about.inPage(each.identifier ?? "")}</span>{" "}
            <Button kind="quiet" onClick={() => setShown(each)}>
              {texts.about.readLicence}
            </Button>
          </li>
        ))}
      </ul>
      <ProblemNote problem={problem} />
      {shown && (
        <Dialog title={`${shown.name} ${shown.version}`} onClose={() => setShown(null)} isWide>
          <pre className="licence-text">{shown.text}</pre>
        </Dialog>
      )}
    </Panel>
  );
}

async function bundled(signal: AbortSignal): Promise<Bundled[]> {
  const response = await fetch(ADDRESS, { signal });
  if (!response.ok) throw new Problem(response.status, texts.about.noLicences);
  return (await response.json()) as Bundled[];
}
