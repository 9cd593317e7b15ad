/** This browser as a device that is told by web push. */

import { get, post } from "../api/client";

export const canBeTold = (): boolean =>
  window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** Asks for permission and subscribes. false: the user or the browser did not allow it. */
export async function tellHere(publicKey: string): Promise<boolean> {
  if ((await Notification.requestPermission()) !== "granted") return false;
  const { pushManager } = await navigator.serviceWorker.ready;
  await (await pushManager.getSubscription())?.unsubscribe(); // it may be for another key, or another user
  const options = { userVisibleOnly: true, applicationServerKey: publicKey };
  await keep(await pushManager.subscribe(options));
  return true;
}

/** By which this browser is known among a user's devices; null: it is not told. */
export async function ownKey(): Promise<string | null> {
  const found = await subscription();
  return found && keyOf(found);
}

export async function stopHere(): Promise<void> {
  await (await subscription())?.unsubscribe();
}

/** After somebody signed in: their device goes on with the new session, somebody else's is told no more. */
export async function keepTold(): Promise<void> {
  const found = await subscription();
  if (!found) return;
  const [key, { devices }] = await Promise.all([keyOf(found), get("/api/self/devices")]);
  if (devices.some((each) => each.key === key)) await keep(found);
  else await found.unsubscribe();
}

async function subscription(): Promise<PushSubscription | null> {
  if (!canBeTold()) return null;
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

async function keep(subscription: PushSubscription): Promise<void> {
  const { endpoint = "", keys } = subscription.toJSON();
  await post("/api/self/devices", {
    body: { name: deviceName(), endpoint, p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" },
  });
}

async function keyOf({ endpoint }: PushSubscription): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return [...new Uint8Array(hash)].map((each) => each.toString(16).padStart(2, "0")).join("");
}

/** The order matters: most browsers say that they are others too. */
const BROWSERS = { Edg: "Edge", OPR: "Opera", SamsungBrowser: "Samsung Internet", Firefox: "", Chrome: "", Safari: "" };
const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Mac OS", "CrOS", "Linux"];

/** Firefox, Android. */
function deviceName(): string {
  const said = navigator.userAgent;
  const [name = "Browser", title = ""] = Object.entries(BROWSERS).find(([each]) => said.includes(each)) ?? [];
  const system = SYSTEMS.find((each) => said.includes(each));
  return [title || name, system].filter(Boolean).join(", ");
}
