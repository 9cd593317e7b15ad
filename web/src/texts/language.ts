/** Which language the page is in: the account's, else the one chosen in this browser, else that of the installation, else
 * the first of the browser's that there is. */

import type { components } from "../api/schema";

export type Language = NonNullable<components["schemas"]["SessionState"]["language"]>;
export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", ru: "Русский" };

/** What the server says is remembered here, since words are looked up before it is asked. */
const KEYS = {
  account: "passerby-language-account",
  browser: "passerby-language",
  installation: "passerby-language-installation",
} as const;

export const language: Language = current();

/** For dates: the browser's own variety of the language, such as en-GB, where it has one. */
export const locale: string = navigator.languages.find((each) => languageOf(each) === language) ?? language;

/** To be called once before anything is shown. */
export function showLanguage(): void {
  document.documentElement.lang = language;
  addEventListener("hashchange", beginAgain); // going elsewhere ends a reload that has only begun
}

/** null: none was chosen. */
export function rememberLanguages(ofAccount: Language | null, ofInstallation: Language | null): void {
  remember("account", ofAccount);
  remember("installation", ofInstallation);
  beginAgain();
}

export function chooseLanguage(of: "account" | "browser", wanted: Language): void {
  remember(of, wanted);
  beginAgain();
}

/** In another language: words are looked up when the page begins. */
function beginAgain(): void {
  if (current() !== language) location.reload();
}

function remember(of: keyof typeof KEYS, wanted: Language | null): void {
  if (wanted) localStorage.setItem(KEYS[of], wanted);
  else localStorage.removeItem(KEYS[of]);
}

function current(): Language {
  const kept = [KEYS.account, KEYS.browser, KEYS.installation].map((key) => localStorage.getItem(key) ?? "");
  return [...kept, ...navigator.languages].map(languageOf).find((each) => each !== undefined) ?? "en";
}

function languageOf(tag: string): Language | undefined {
  const [begin] = tag.toLowerCase().split("-");
  return begin === "en" || begin === "ru" ? begin : undefined;
}
