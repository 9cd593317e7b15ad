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

/** A record of the audit. parts: what it says, each as a code or as it is. about: all of it, in English. */
export function partsInWords(parts: readonly (Said | string)[], about: string): string {
  if (!SAID) return about;
  return parts.map((each) => (typeof each === "string" ? each : inWords(each, each.code))).join("; ");
}

/** What a section or a key of the configuration does. sentence: in English. */
export function settingInWords(name: string, sentence: string): string {
  return (language === "ru" && settings[name]) || sentence;
}

function written(value: string | Said, name: string): string {
  if (typeof value !== "string") return inWords(value, value.code);
  if (name === "role") return value.split(" or ").map(roleOf).join(texts.ui.or);
  const known = NAMED[name.replace("_before", "")];
  if (known) return known(value);
  return /^\d+\.\d+$/.test(value) ? Number(value).toLocaleString(locale) : value;
}

/** Values that are words of ours, by the name that they have in a sentence. */
const NAMED: Readonly<Record<string, (value: string) => string>> = {
  roles: (value) => (value === "none" ? texts.ui.none : value.split(" ").map(roleOf).join(", ")),
  groups: (value) => (value === "none" ? texts.ui.none : value),
  action: (value) => wordOf(texts.noted, value.replaceAll("'", "")),
  state: (value) => wordOf(texts.events.states, value),
  mode: (value) => labelOf(texts.cameras.modes, value),
  rule_kind: (value) => labelOf(texts.rules.kinds, value),
};

const wordOf = (words: Readonly<Record<string, string>>, name: string) => words[name] ?? name;

function labelOf(words: Readonly<Record<string, { label: string }>>, name: string): string {
  return words[name]?.label ?? name;
}

function roleOf(name: string): string {
  const roles: Readonly<Record<string, { label: string }>> = texts.roles;
  return roles[name]?.label.toLowerCase() ?? name;
}
