/** What is chosen about a route, and what of it goes to the API. */

import type { Schemas } from "../api/client";

export type Route = Schemas["RouteShown"];
export type RouteKeys = Schemas["RouteChange"]["route"];

export const SEVERITIES = ["info", "warning", "critical"] as const;

export type Facts = {
  channels: string[];
  severity: (typeof SEVERITIES)[number];
  cameras: string[];
  groups: string[];
  rules: string[];
  when: string[];
  quiet: string[];
  /** As typed: minutes. */
  coolDown: string;
  digestAfter: string;
  escalates: boolean;
  /** As typed: minutes. */
  escalateAfter: string;
  escalateTo: string[];
};

/** null: a new one. */
export function factsOf(shown: Route | null): Facts {
  const route = shown?.route;
  return {
    channels: [...(route?.channels ?? [])],
    severity: route?.severity ?? "warning",
    cameras: [...(route?.cameras ?? [])],
    groups: [...(route?.groups ?? [])],
    rules: [...(route?.rules ?? [])],
    when: [...(route?.when ?? [])],
    quiet: [...(route?.quiet ?? [])],
    coolDown: String((route?.cool_down_s ?? 0) / 60),
    digestAfter: String(route?.digest_after ?? 10),
    escalates: route?.escalate_after_s != null,
    escalateAfter: String((route?.escalate_after_s ?? 600) / 60),
    escalateTo: [...(route?.escalate_to ?? [])],
  };
}

export function keysOf(facts: Facts): RouteKeys {
  const { channels, severity, cameras, groups, rules, when, quiet } = facts;
  return {
    channels,
    severity,
    cameras,
    groups,
    rules,
    when,
    quiet,
    cool_down_s: seconds(facts.coolDown),
    digest_after: Number(facts.digestAfter),
    escalate_after_s: facts.escalates ? seconds(facts.escalateAfter) : null,
    escalate_to: facts.escalates && facts.escalateTo.length > 0 ? facts.escalateTo : null,
  };
}

const seconds = (minutes: string) => Math.round(Number(minutes.replace(",", ".")) * 60);
