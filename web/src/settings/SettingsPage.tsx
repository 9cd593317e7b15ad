/** Settings of this browser, settings that are changed here, and what else the configuration says: each key with what it does. */

import { useState } from "react";
import { get, type Schemas } from "../api/client";
import { useAsked } from "../api/use";
import { LanguageChoice } from "../app/LanguageChoice";
import { useMay } from "../app/session";
import { setTheme, THEMES, useTheme } from "../app/theme";
import { settingInWords, texts, wordFor } from "../texts";
import { Badge, Facts, Note, PageHead, Panel, ProblemNote, Segmented, Skeleton } from "../ui";
import { CHANGED_HERE, KeepPanel, PublicPanel } from "./ChangePanels";
import { ChannelsPanel } from "./ChannelsPanel";
import type { Sections } from "./useChanges";
import { shownValue } from "./values";
import "./settings.css";

export default function SettingsPage() {
  const maySee = useMay()("settings:see");
  return (
    <>
      <PageHead title={texts.settings.title} />
      <div className="stack">
        <BrowserPanel />
        {maySee && <Configuration />}
      </div>
    </>
  );
}

function BrowserPanel() {
  const theme = useTheme();
  return (
    <Panel title={texts.settings.browser} about={texts.settings.browserAbout}>
      <Facts
        facts={[
          {
            name: texts.theme.label,
            value: (
              <Segmented
                label={texts.theme.label}
                value={theme}
                choices={THEMES.map((each) => ({ value: each, label: texts.theme[each] }))}
                onChange={setTheme}
              />
            ),
          },
          { name: texts.settings.language, value: <LanguageChoice /> },
          { name: texts.settings.zone, value: Intl.DateTimeFormat().resolvedOptions().timeZone },
        ]}
      />
    </Panel>
  );
}

function Configuration() {
  const { answer, problem, again } = useAsked((signal) => get("/api/settings", { signal }), "settings");
  const [saved, setSaved] = useState<Sections | null>(null);
  const sections = saved ?? answer;
  if (!sections) return problem ? <ProblemNote problem={problem} onAgain={again} /> : <Skeleton lines={6} />;
  const inFile = sections
    .map((each) => ({ ...each, settings: each.settings.filter((one) => !CHANGED_HERE.includes(one.key)) }))
    .filter((each) => each.settings.length > 0);
  return (
    <>
      <PublicPanel sections={sections} onSaved={setSaved} />
      <KeepPanel sections={sections} onSaved={setSaved} />
      <ChannelsPanel />
      <Note tone="calm" icon="about">
        {texts.settings.how}
      </Note>
      {inFile.map((each) => (
        <Panel
          key={each.name}
          title={wordFor(texts.settings.sections, each.name) ?? each.name}
          about={settingInWords(each.name, each.about)}
        >
          <ul className="settings">
            {each.settings.map((one) => (
              <SettingRow key={one.key} setting={one} />
            ))}
          </ul>
        </Panel>
      ))}
    </>
  );
}

function SettingRow({ setting }: { setting: Schemas["Setting"] }) {
  const [said, danger] = settingInWords(setting.key, setting.about).split(/ ?(?:Danger|Опасно): /, 2);
  return (
    <li>
      <code>{setting.key}</code>
      <span className="setting-value">
        <strong>{shownValue(setting.value)}</strong>
        {setting.is_in_file && (
          <Badge tone="calm" icon="edit">
            {texts.settings.changed}
          </Badge>
        )}
      </span>
      <span className="soft small">
        {said} {danger && <span className="setting-danger">{texts.settings.danger(danger)}</span>}
      </span>
    </li>
  );
}
