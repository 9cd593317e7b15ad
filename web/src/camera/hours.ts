/** How long recordings may be kept, as the API has it. */

import { texts } from "../texts";

export const LONG_HOURS = 30 * 24;
export const LEAST_HOURS = 0.03;
const MOST_HOURS = 10 * 366 * 24;

/** What is wrong with hours as typed; null: nothing. isLong: more than 30 days are meant. */
export function hoursProblem(typed: string, isLong: boolean): string | null {
  const hours = Number(typed);
  if (!typed.trim() || !Number.isFinite(hours)) return texts.keep.noNumber;
  if (hours < LEAST_HOURS) return texts.keep.tooShort(LEAST_HOURS);
  if (hours > MOST_HOURS) return texts.keep.tooLong(MOST_HOURS);
  return hours > LONG_HOURS && !isLong ? texts.cameras.longNotSaidHint : null;
}
