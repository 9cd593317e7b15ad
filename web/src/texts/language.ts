/** Which language the page is in: as the user chose in this browser, else the first of the browser's that there is. */

export const LANGUAGES = { en: "English", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "passerby-language";

export const language: Language = chosen() ?? offered(navigator.languages) ?? "en";

/** For dates: the browser's own variety of the language, such as en-GB, where it has one. */
export const locale: string = navigator.languages.find((each) => languageOf(each) === language) ?? language;

/** To be called once before anything is shown. */
export function showLanguage(): void {
  document.documentElement.lang = language;
}

/** Words are looked up when the page begins, so it begins again. */
export function setLanguage(wanted: Language): void {
  if (wanted === language) return;
  localStorage.setItem(KEY, wanted);
  location.reload();
}

function chosen(): Language | undefined {
  return languageOf(localStorage.getItem(KEY) ?? "");
}

function offered(tags: readonly string[]): Language | undefined {
  return tags.map(languageOf).find((each) => each !== undefined);
}

function languageOf(tag: string): Language | undefined {
  const [begin] = tag.toLowerCase().split("-");
  return begin === "en" || begin === "ru" ? begin : undefined;
}
