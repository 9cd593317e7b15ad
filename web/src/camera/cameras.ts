/** The cameras that somebody may see, and how each of them is. */

import { useCallback, useEffect, useMemo } from "react";
import { get, type Problem, type Schemas } from "../api/client";
import { useAsked, useIsOld } from "../api/use";
import { ticksOf } from "../media/times";
import { locale, texts } from "../texts";

export type Camera = Schemas["CameraShown"];
export type State = Schemas["State"];

const STATES_EVERY_MS = 2000;
/** So many asks in a row without an answer, and how cameras are is not known any more: the last that was heard of one
 * may have been good. One alone may be an accident of the network. */
export const LOST_AFTER = 2;
/** The same where no ask has failed yet: the last answer is older than this, ms. */
export const OLD_AFTER_MS = 12_000;

export type Cameras = {
  /** undefined: not answered yet. In order of their titles. */
  cameras: Camera[] | undefined;
  /** By name; without an answer for a while, all of them are unknown. */
  states: ReadonlyMap<string, State>;
  problem: Problem | null;
  again: () => void;
};

export function useCameras(): Cameras {
  const { answer, problem, again: askCameras } = useAsked((signal) => get("/api/cameras", { signal }), "cameras");
  const askedStates = useAsked((signal) => get("/api/states", { signal }), "states", STATES_EVERY_MS);
  const lost = askedStates.failures >= LOST_AFTER ? askedStates.problem : null;
  const isOld = useIsOld(askedStates.answeredMs, OLD_AFTER_MS);
  const { answeredMs, again: askStates } = askedStates;
  const cameras = useMemo(
    () => answer && [...answer].sort((a, b) => titleOf(a).localeCompare(titleOf(b), locale, { numeric: true })),
    [answer],
  );
  const states = useMemo(() => {
    const off = new Set(answer?.filter((each) => !each.is_enabled).map((each) => each.name));
    const why = lost?.message ?? (isOld ? texts.problems.old : null);
    const known = why ? askedStates.answer?.map((each) => notAnswered(each, why, answeredMs)) : askedStates.answer;
    return new Map(known?.map((each) => [each.camera, off.has(each.camera) ? switchedOff(each) : each]));
  }, [askedStates.answer, answer, lost, isOld, answeredMs]);
  // Which cameras there are is asked for once; where that failed, again as soon as anything is answered.
  useEffect(() => {
    if (problem && askedStates.answer) askCameras();
  }, [problem, askedStates.answer, askCameras]);
  const again = useCallback(() => {
    askCameras();
    askStates();
  }, [askCameras, askStates]);
  return { cameras, states, problem: problem ?? lost, again };
}

export function titleOf(camera: Camera): string {
  return camera.title || camera.name;
}

/** since: of the last answer. */
function notAnswered(state: State, why: string, answeredMs: number | null): State {
  const since_90k = answeredMs === null ? null : ticksOf(answeredMs / 1000);
  return { ...state, what: "unknown", reason: why, said: null, since_90k, progress: null };
}

function switchedOff(state: State): State {
  return { ...state, what: "off", reason: "", said: null, progress: null };
}
