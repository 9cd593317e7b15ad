/** Signs in with a passkey: the browser's API speaks in bytes, passerby's in WebAuthn's JSON. */

import { post } from "../api/client";
import type { Session } from "../app/session";

export function canUsePasskeys(): boolean {
  return typeof PublicKeyCredential !== "undefined" && window.isSecureContext;
}

/** null: whoever was asked said no, or let it wait too long. Throws Problem. */
export async function signInByPasskey(): Promise<Session | null> {
  const { asked, options } = await post("/api/session/passkey/options");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  const credential = await answerOf(navigator.credentials.get({ publicKey }));
  return credential && (await post("/api/session/passkey", { body: { asked, credential } }));
}

/** What the browser answered, as JSON; null where the person did not want to. */
export async function answerOf(asked: Promise<Credential | null>): Promise<Record<string, unknown> | null> {
  try {
    const found = (await asked) as PublicKeyCredential | null;
    return found && (found.toJSON() as Record<string, unknown>);
  } catch (error) {
    if (error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "AbortError")) return null;
    throw error;
  }
}
