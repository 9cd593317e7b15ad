/** What is typed about a channel, and what of it goes to the API: only what its kind needs. */

import type { Schemas } from "../api/client";
import { splitLogin, withLogin } from "../cameras/address";

export type Channel = Schemas["ChannelShown"];
export type Kind = Schemas["ChannelChange"]["channel"]["kind"];
export type ChannelKeys = Schemas["ChannelChange"]["channel"];

export const KINDS: readonly Kind[] = ["email", "push", "mqtt", "webhook", "apprise"];
/** Those whose user and password have fields of their own. */
const WITH_LOGIN: readonly Kind[] = ["email", "mqtt"];
/** As in config/channel.py. */
export const SHORTEST_SECRET = 16;

export type Facts = {
  name: string;
  kind: Kind;
  /** Without its log-in where that has fields of its own. Empty: as it is. */
  address: string;
  user: string;
  password: string;
  /** Empty: as it is. */
  secret: string;
  sender: string;
  /** As typed: one in each line, or after a comma. */
  to: string;
  topic: string;
  discovery: string;
  switches: boolean;
  trustAny: boolean;
  language: "auto" | "en" | "ru";
  stills: boolean;
  /** As typed: a number of hours. */
  stillHours: string;
};

/** null: a new one. */
export function factsOf(channel: Channel | null): Facts {
  const set = channel?.settings;
  return {
    name: channel?.name ?? "",
    kind: (channel?.kind ?? "email") as Kind,
    address: "",
    user: "",
    password: "",
    secret: "",
    sender: set?.sender ?? "",
    to: (set?.to ?? []).join("\n"),
    topic: set?.topic ?? "passerby",
    discovery: set?.discovery ?? "homeassistant",
    switches: set?.switches ?? true,
    trustAny: set?.trust_any_certificate ?? false,
    language: (set?.language ?? "auto") as Facts["language"],
    stills: set?.stills ?? false,
    stillHours: String(set?.still_hours ?? 24),
  };
}

export const hasLogin = (kind: Kind) => WITH_LOGIN.includes(kind);
export const hasAddress = (kind: Kind) => kind !== "push";
export const hasCertificate = (kind: Kind) => kind !== "apprise" && kind !== "push";

/** It cannot be changed without saying where it is for. */
export function isLoginAlone({ kind, address, user, password }: Facts): boolean {
  return hasLogin(kind) && !address.trim() && Boolean(user || password);
}

/** A pasted address in its parts, where the kind has fields for them. */
export function addressTyped(facts: Facts, typed: string, isLeft = false): Partial<Facts> {
  const isPasted = isLeft || typed.length > facts.address.length + 1;
  return (hasLogin(facts.kind) && isPasted && splitLogin(typed)) || { address: typed };
}

export function keysOf(facts: Facts): ChannelKeys {
  const { name, kind, language, stills } = facts;
  const to = facts.to.split(/[\n,;]/).map((each) => each.trim());
  const typed = facts.address.trim();
  const address = hasLogin(kind) ? withLogin(typed, { user: facts.user, password: facts.password }) : typed;
  const keys: Partial<ChannelKeys> = { name, kind, language, stills, still_hours: Number(facts.stillHours) };
  if (hasAddress(kind) && typed) keys.address = address;
  if (hasCertificate(kind)) keys.trust_any_certificate = facts.trustAny;
  if (kind === "webhook" && facts.secret) keys.secret = facts.secret;
  if (kind === "email" || kind === "push") {
    keys.sender = facts.sender.trim() || null;
    const named = to.filter(Boolean);
    keys.to = named.length > 0 ? named : null;
  }
  if (kind === "mqtt") {
    keys.topic = facts.topic.trim();
    keys.discovery = facts.discovery.trim();
    keys.switches = facts.switches;
  }
  return keys as ChannelKeys;
}

/** For what signs requests: long enough that nobody guesses it. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replace(/[+/]/g, (sign) => (sign === "+" ? "-" : "_"));
}
