/** A value of the configuration as people read it. */

import type { Schemas } from "../api/client";
import { texts } from "../texts";

export function shownValue(value: Schemas["Setting"]["value"]): string {
  if (value === null || value === "") return texts.settings.notSet;
  if (typeof value === "boolean") return value ? texts.settings.yes : texts.settings.no;
  if (Array.isArray(value)) return value.join(", ") || texts.settings.empty;
  return String(value);
}
