/** The API's sentences in the page's language. In English they are shown as the API says them. */

import type { components } from "../api/schema";
import { texts } from ".";
import { language, locale } from "./language";
import { ru } from "./said.ru";
import { ru as settings } from "./settings.ru";

type Said = components["schemas"]["Said"];

const SAID: Readonly<Record<string, string>> | null = language === "ru" ? ru : null;

/** Whether the API's sentences are shown in other words than its own. */
export const isSaidOtherwise = SAID !== null;

/** sentence: in English, for what has no code or one that this page does not know. */
export function inWords(said: Said | null | undefined, sentence: string): string {
  const template = said && SAID?.[said.code];
  if (!template) return sentence;
  return template.replace(/\{(\w+)\}/g, (_, name) => written(said.params[name] ?? "", name));
}

/** What a section or a key of the configuration does. sentence: in English. */
export function settingInWords(name: string, sentence: string): string {
  return (language === "ru" && settings[name]) || sentence;
}

function written(value: string | Said, name: string): string {
  if (typeof value !== "string") return inWords(value, value.code);
  if (name === "role") return value.split(" or ").map(roleOf).join(texts.ui.or);
  return /^\d+\.\d+$/.test(value) ? Number(value).toLocaleString(locale) : value;
}

function roleOf(name: string): string {
  const roles: Readonly<Record<string, { label: string }>> = texts.roles;
  return roles[name]?.label.toLowerCase() ?? name;
}
