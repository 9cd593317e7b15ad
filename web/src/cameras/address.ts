/** An address as somebody types it: taken apart, put together, and what is wrong with it. */

import { texts } from "../texts";

export type Login = { user: string; password: string };

const SCHEMES = ["rtsp", "rtsps", "http", "https"];
const LOCAL = /^(file:|drawn:|\/dev\/)/i;

/** rtsp://host/x, kim, p@ss → rtsp://kim:p%40ss@host/x */
export function withLogin(address: string, { user, password }: Login): string {
  if (!user && !password) return address;
  return address.replace(/^(\w+:\/\/)/, `$1${escaped(user)}:${escaped(password)}@`);
}

/** The other way round, also where signs of the password are not escaped; null: there is no log-in in it. */
export function splitLogin(typed: string): ({ address: string } & Login) | null {
  if (LOCAL.test(typed.trim())) return null;
  const [, scheme = "", rest = ""] = /^(\w+:\/\/)?(.*)$/s.exec(typed.trim()) ?? [];
  const at = loginEnd(rest);
  if (at < 0) return null;
  const [, user = "", , password = ""] = /^([^:]*)(:(.*))?$/s.exec(rest.slice(0, at)) ?? [];
  return { address: scheme + rest.slice(at + 1), user: plain(user), password: plain(password) };
}

/** Its host, where nothing else was typed: the camera can then be asked for its streams. null: it is more, or wrong. */
export function hostIn(typed: string): string | null {
  const text = typed.trim();
  return text && !LOCAL.test(text) && !/[/@]/.test(text) && !hostProblem(text) ? text : null;
}

/** Whether a user and a password belong to it. */
export function hasLogin(typed: string): boolean {
  return !LOCAL.test(typed.trim());
}

/** What is wrong with an address as typed, in words; null: nothing that can be seen from here. */
export function addressProblem(typed: string): string | null {
  const text = typed.trim();
  const wrong = texts.cameras.wrong;
  if (!text || /^file:/i.test(text)) return null;
  if (/\s/.test(text)) return wrong.space;
  if (/^drawn:/i.test(text)) return /^drawn:[a-z0-9-]{1,32}$/i.test(text) ? null : wrong.drawn;
  if (text.startsWith("/dev/")) return /^\/dev\/video\d{1,3}$/.test(text) ? null : wrong.device;
  const [, scheme, slashes = "", rest = ""] = /^([a-z][a-z0-9+.-]*):(\/{0,2})(.*)$/i.exec(text) ?? [];
  if (scheme && SCHEMES.includes(scheme.toLowerCase())) {
    return slashes === "//" ? hostProblem(rest.replace(/[/?#].*$/s, "")) : wrong.slashes(scheme.toLowerCase());
  }
  if (scheme && slashes) return wrong.scheme(scheme);
  return text.includes("/") ? wrong.noScheme : hostProblem(text);
}

/** Of what is between // and the path. */
function hostProblem(typed: string): string | null {
  const wrong = texts.cameras.wrong;
  const [, bracketed, named = "", , port] = /^(?:(\[[0-9a-f:.]+(?:%\w+)?\])|([^:]*))(:(.*))?$/i.exec(typed) ?? [];
  if (!bracketed && typed.split(":").length > 2) return wrong.ipv6;
  if (!bracketed && !named) return wrong.noHost;
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535))
    return wrong.port(port);
  const sign = /[^\w.-]/.exec(named)?.[0];
  if (sign) return wrong.sign(sign);
  const isNumbers = /^[\d.]+$/.test(named);
  const parts = named.split(".");
  return isNumbers && !(parts.length === 4 && parts.every((each) => each && Number(each) <= 255))
    ? wrong.ip(named)
    : null;
}

/** Where the @ after a log-in is; -1: there is none. */
function loginEnd(rest: string): number {
  const authority = rest.replace(/[/?#].*$/s, "");
  const at = authority.lastIndexOf("@");
  // user:pa/ss@host: what looks like a port is no number, so it begins a password.
  return at >= 0 || !/^[^[]*:(?!\d*$)/.test(authority) ? at : rest.indexOf("@");
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // its % is one
  }
}

/** encodeURIComponent leaves some signs that not every camera's parser takes. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
