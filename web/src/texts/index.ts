/** The words of the page. Another language is another file like ru.ts, and a line here and in language.ts. */

import { en, type Texts } from "./en";
import { type Language, language } from "./language";
import { ru } from "./ru";

export {
  chooseLanguage,
  LANGUAGES,
  type Language,
  language,
  locale,
  rememberLanguages,
  showLanguage,
} from "./language";
export { inWords, isSaidOtherwise, partsInWords, settingInWords } from "./said";
export type { Texts };

const TEXTS: Record<Language, Texts> = { en, ru };

export const texts: Texts = TEXTS[language];

/** The word for what the API names; undefined: this page does not know it. */
export function wordFor(words: Readonly<Record<string, string>>, name: string): string | undefined {
  return words[name];
}
