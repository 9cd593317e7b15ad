/** How long recordings may be kept, as the API has it. */

import { texts } from "../texts";

export const LONG_HOURS = 30 * 24;
export const MIN_HOURS = 0.03;
const MAX_HOURS = 10 * 366 * 24;

/** What is wrong with hours as typed; null: nothing. isLong: more than 30 days are meant. */
export function hoursProblem(typed: string, isLong: boolean): string | null {
  const hours = Number(typed);
  if (!typed.trim() || !Number.isFinite(hours)) return texts.keep.noNumber;
  if (hours < MIN_HOURS) return texts.keep.tooShort(MIN_HOURS);
  if (hours > MAX_HOURS) return texts.keep.tooLong(MAX_HOURS);
  return hours > LONG_HOURS && !isLong ? texts.cameras.longNotSaidHint : null;
}
