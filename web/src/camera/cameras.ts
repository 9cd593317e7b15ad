/** The cameras that somebody may see, and how each of them is. */

import { useMemo } from "react";
import { get, type Problem, type Schemas } from "../api/client";
import { useAsked } from "../api/use";

export type Camera = Schemas["CameraShown"];
export type State = Schemas["State"];

const STATES_EVERY_MS = 2000;

export type Cameras = {
  /** undefined: not answered yet. In order of their titles. */
  cameras: Camera[] | undefined;
  /** By name. */
  states: ReadonlyMap<string, State>;
  problem: Problem | null;
  again: () => void;
};

export function useCameras(): Cameras {
  const { answer, problem, again } = useAsked((signal) => get("/api/cameras", { signal }), "cameras");
  const told = useAsked((signal) => get("/api/states", { signal }), "states", STATES_EVERY_MS);
  const cameras = useMemo(
    () => answer && [...answer].sort((a, b) => titleOf(a).localeCompare(titleOf(b), undefined, { numeric: true })),
    [answer],
  );
  const states = useMemo(() => {
    const off = new Set(answer?.filter((each) => !each.is_enabled).map((each) => each.name));
    return new Map(told.answer?.map((each) => [each.camera, off.has(each.camera) ? switchedOff(each) : each]));
  }, [told.answer, answer]);
  return { cameras, states, problem: problem ?? told.problem, again };
}

export function titleOf(camera: Camera): string {
  return camera.title || camera.name;
}

function switchedOff(state: State): State {
  return { ...state, what: "off", reason: "", progress: null };
}
