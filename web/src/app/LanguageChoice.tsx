/** Which language the page is in: kept in this browser, and the page begins again in it. */

import { LANGUAGES, type Language, language, setLanguage, texts } from "../texts";
import { Segmented } from "../ui";

const CHOICES = (Object.keys(LANGUAGES) as Language[]).map((each) => ({ value: each, label: LANGUAGES[each] }));

export function LanguageChoice() {
  return <Segmented label={texts.settings.language} value={language} choices={CHOICES} onChange={setLanguage} />;
}
