/** What is typed about a camera, and what of it goes to the API. */

import type { Schemas } from "../api/client";
import type { Camera } from "../camera/cameras";
import { LONG_HOURS } from "../camera/hours";
import { texts } from "../texts";
import { addressProblem, hasLogin, withLogin } from "./address";

export type Facts = {
  name: string;
  title: string;
  /** Without its log-in. Empty: as it is, with the log-in that it has. */
  address: string;
  user: string;
  password: string;
  transport: "tcp" | "udp";
  trustAny: boolean;
  mode: "reveal" | "cover";
  /** As typed: a number in s. */
  delay: string;
  /** As typed: a number of hours; empty: as the configuration says. */
  keep: string;
  isLong: boolean;
  groups: string[];
  isEnabled: boolean;
  keepsBoxes: boolean;
};

/** Longer than usual is only for who says that it is meant. */
export function isTooLong({ keep, isLong }: Facts): boolean {
  return Number(keep) > LONG_HOURS && !isLong;
}

export function factsOf(camera: Camera | null): Facts {
  return {
    name: camera?.name ?? "",
    title: camera?.title ?? "",
    address: "",
    user: "",
    password: "",
    transport: camera?.transport ?? "tcp",
    trustAny: camera?.trust_any_certificate ?? false,
    mode: camera?.mode ?? "reveal",
    delay: String(camera?.privacy_delay_s ?? 1),
    keep: camera?.keep_hours == null ? "" : String(camera.keep_hours),
    isLong: camera?.more_than_30_days ?? false,
    groups: camera?.groups ?? [],
    isEnabled: camera?.is_enabled ?? true,
    keepsBoxes: camera?.keeps_boxes ?? true,
  };
}

/** With its log-in, for the API; empty: as it is. */
export function wholeAddress({ address, user, password }: Facts): string {
  return withLogin(address.trim(), hasLogin(address) ? { user, password } : { user: "", password: "" });
}

/** What is wrong with where the camera is said to be, in words; null: nothing that can be seen from here. */
export function whereProblem({ address, user, password }: Facts): string | null {
  if (!address.trim() && (user || password)) return texts.cameras.wrong.loginAlone;
  return addressProblem(address);
}

export function changeOf(facts: Facts): Schemas["CameraChange"] {
  return {
    title: facts.title.trim(),
    address: wholeAddress(facts) || null,
    transport: facts.transport,
    trust_any_certificate: facts.trustAny,
    mode: facts.mode,
    privacy_delay_s: Number(facts.delay),
    keep_hours: facts.keep.trim() ? Number(facts.keep) : null,
    more_than_30_days: facts.isLong,
    groups: facts.groups,
    is_enabled: facts.isEnabled,
    keeps_boxes: facts.keepsBoxes,
  };
}

/** A name that is allowed, from what people call it: "North gate" → north-gate. Where nothing of it can be in a name, as of
 *  what is not in Latin letters: `usual` with a number that none of `taken` has. Empty for nothing.
 */
export function nameFrom(title: string, usual: string, taken: readonly string[]): string {
  const plain = title.normalize("NFKD").replace(/[^\w\s-]/g, "");
  const name = plain.trim().toLowerCase().replace(/\s+/g, "-").slice(0, 64);
  return /[a-z0-9]/.test(name) || !title.trim() ? name : free(usual, taken);
}

function free(usual: string, taken: readonly string[], number = taken.length + 1): string {
  const name = `${usual}-${number}`;
  return taken.includes(name) ? free(usual, taken, number + 1) : name;
}
