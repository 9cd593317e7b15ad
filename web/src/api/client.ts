/** Asks the API, with the types that it describes itself with. What goes wrong is a Problem, in the API's own words. */

import { inWords, texts } from "../texts";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Action = Schemas["Action"];

/** Something that the API refused or that went wrong on the way. status: of HTTP; 0: nobody answered. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly hint: string | null = null,
    /** The field of the form that is wrong; null: it is not about one. */
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = paths[P][M];
type PathsWith<M extends Method> = {
  [P in keyof paths]: Operation<P, M> extends { responses: unknown } ? P : never;
}[keyof paths];

type Parameters<O> = O extends { parameters: infer T } ? T : never;
type PathPart<O> = Parameters<O> extends { path: infer T } ? { path: T } : object;
type QueryPart<O> =
  Parameters<O> extends { query: infer T }
    ? { query: T }
    : Parameters<O> extends { query?: infer T }
      ? { query?: T }
      : object;
type BodyPart<O> = O extends { requestBody: { content: { "application/json": infer T } } } ? { body: T } : object;
type Input<O> = PathPart<O> & QueryPart<O> & BodyPart<O> & { signal?: AbortSignal };
type InputIfAny<T> = Partial<T> extends T ? [input?: T] : [input: T];

type Json<R> = R extends { content: { "application/json": infer T } } ? T : undefined;
type Answer<O> = O extends { responses: infer R }
  ? R extends { 200: infer T }
    ? Json<T>
    : R extends { 201: infer T }
      ? Json<T>
      : undefined
  : never;

type AnyInput = {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
};

let csrfToken: string | null = null;
let whenSignedOut: () => void = () => {};

/** What proves to the API that a change comes from this page; null: nobody is signed in. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Called whenever the API says that nobody is signed in any more. */
export function onSignedOut(tell: () => void): void {
  whenSignedOut = tell;
}

/** GET `path`, a path as the API's description has it. Throws Problem. */
export function get<P extends PathsWith<"get">>(path: P, ...input: InputIfAny<Input<Operation<P, "get">>>) {
  return call("GET", path, (input[0] ?? {}) as AnyInput) as Promise<Answer<Operation<P, "get">>>;
}

/** Likewise; with what is sent in `body`. */
export function post<P extends PathsWith<"post">>(path: P, ...input: InputIfAny<Input<Operation<P, "post">>>) {
  return call("POST", path, (input[0] ?? {}) as AnyInput) as Promise<Answer<Operation<P, "post">>>;
}

export function put<P extends PathsWith<"put">>(path: P, ...input: InputIfAny<Input<Operation<P, "put">>>) {
  return call("PUT", path, (input[0] ?? {}) as AnyInput) as Promise<Answer<Operation<P, "put">>>;
}

export function patch<P extends PathsWith<"patch">>(path: P, ...input: InputIfAny<Input<Operation<P, "patch">>>) {
  return call("PATCH", path, (input[0] ?? {}) as AnyInput) as Promise<Answer<Operation<P, "patch">>>;
}

export function remove<P extends PathsWith<"delete">>(path: P, ...input: InputIfAny<Input<Operation<P, "delete">>>) {
  return call("DELETE", path, (input[0] ?? {}) as AnyInput) as Promise<Answer<Operation<P, "delete">>>;
}

/** The address of what is no JSON: pictures, playlists, downloads. */
export function addressOf<P extends PathsWith<"get">>(path: P, ...input: InputIfAny<Input<Operation<P, "get">>>) {
  return addressFor(path, (input[0] ?? {}) as AnyInput);
}

/** The address of a WebSocket, which OpenAPI cannot describe. */
export function liveAddressOf(camera: string): string {
  return new URL(`api/cameras/${encodeURIComponent(camera)}/live`, document.baseURI.replace(/^http/, "ws")).href;
}

/** fetch, with our headers and our words for what goes wrong; for bytes and text. Throws Problem, and AbortError. */
export async function ask(address: string, how: RequestInit = {}): Promise<Response> {
  const response = await answered(address, how);
  if (response.ok) return response;
  if (response.status === 401) whenSignedOut();
  throw await problemOf(response);
}

type Upload<P extends PathsWith<"post">> = QueryPart<Operation<P, "post">> & {
  file: Blob;
  /** How much of it was sent, 0..1. */
  onSent: (share: number) => void;
  signal: AbortSignal;
};

/** POST with a file as the body, as it is; fetch cannot tell how much of it was sent. Throws Problem, and AbortError. */
export function send<P extends PathsWith<"post">>(path: P, input: Upload<P>) {
  return new Promise<Answer<Operation<P, "post">>>((answer, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", addressFor(path, input as AnyInput));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    if (csrfToken) request.setRequestHeader("X-Passerby-CSRF", csrfToken);
    request.upload.onprogress = (event) => input.onSent(event.total ? event.loaded / event.total : 0);
    request.onerror = () => fail(new Problem(0, texts.problems.unreachable, texts.problems.unreachableHint));
    request.onabort = () => fail(new DOMException("", "AbortError"));
    request.onload = async () => {
      const response = new Response(request.response, { status: request.status });
      if (response.ok) return answer(await response.json());
      if (response.status === 401) whenSignedOut();
      fail(await problemOf(response));
    };
    input.signal.addEventListener("abort", () => request.abort());
    request.send(input.file);
  });
}

async function call(method: string, template: string, input: AnyInput): Promise<unknown> {
  const headers = new Headers();
  if (input.body !== undefined) headers.set("Content-Type", "application/json");
  if (method !== "GET" && csrfToken) headers.set("X-Passerby-CSRF", csrfToken);
  const response = await ask(addressFor(template, input), {
    method,
    headers,
    body: input.body === undefined ? null : JSON.stringify(input.body),
    signal: input.signal ?? null,
  });
  return response.status === 204 ? undefined : response.json();
}

/** Relative to the page, which may be under any path of its host. */
function addressFor(template: string, input: AnyInput): string {
  const path = template.slice(1).replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(input.path?.[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value === undefined || value === null) continue;
    for (const each of Array.isArray(value) ? value : [value]) query.append(name, String(each));
  }
  return query.size ? `${path}?${query}` : path;
}

async function answered(address: string, how: RequestInit): Promise<Response> {
  try {
    return await fetch(address, how);
  } catch (error) {
    const isLate = (error as Error).name === "TimeoutError";
    if (how.signal?.aborted && !isLate) throw error;
    throw new Problem(0, texts.problems.unreachable, texts.problems.unreachableHint);
  }
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<Schemas["Problem"]>;
    if (body.message) {
      const hint = body.hint ? inWords(body.hint_said, body.hint) : null;
      return new Problem(response.status, inWords(body.said, body.message), hint, body.field ?? null);
    }
  } catch {
    // Not from passerby: a proxy in between answers in its own way.
  }
  return new Problem(response.status, texts.problems.unexplained(response.status));
}
