/** What this browser is told, and what the configuration says: each key with what it does. */

import { get, type Schemas } from "../api/client";
import { useAsked } from "../api/use";
import { LanguageChoice } from "../app/LanguageChoice";
import { useMay } from "../app/session";
import { setTheme, THEMES, useTheme } from "../app/theme";
import { settingInWords, texts, wordFor } from "../texts";
import { Badge, Facts, Note, PageHead, Panel, ProblemNote, Segmented, Skeleton } from "../ui";
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
  return (
    <>
      <Note tone="calm" icon="about">
        {texts.settings.how}
      </Note>
      <ProblemNote problem={problem} onAgain={again} />
      {!answer && !problem && <Skeleton lines={6} />}
      {answer?.map((each) => (
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
        {!setting.is_default && (
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
