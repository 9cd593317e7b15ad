/** Shows messages of web push, and leads from them to the page. It keeps nothing and answers no request of the page:
 * what is seen here needs permission each time. */

/** In the language of the message. */
const TAKE = { en: "I'll deal with it", ru: "Беру в работу" };
const STILL = /^api\/linked-stills\/\d+\.jpg\?until=\d+&signature=[\w-]+$/;
const USUAL = {
  id: "",
  title: "passerby",
  text: "",
  at_ms: 0,
  where: "#/events",
  take: false,
  still: "",
  language: "en",
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(messageOf(event.data))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { where } = event.notification.data;
  event.waitUntil(open(event.action === "take" ? `${where}/take` : where));
});

/** Something is shown of every message: browsers insist on it. */
function messageOf(data) {
  try {
    return { ...USUAL, ...data.json() };
  } catch {
    return USUAL;
  }
}

/** The picture is shown if it is one of ours: a link that was signed for this message. */
async function show({ id, title, text, at_ms, where, take, still, language }) {
  await self.registration.showNotification(title, {
    body: text,
    lang: language,
    ...(id && { tag: id }), // one that comes twice is shown once
    ...(at_ms && { timestamp: at_ms }),
    icon: "./icon-192.png",
    badge: "./badge-96.png",
    ...(STILL.test(still) && { image: new URL(still, self.registration.scope).href }),
    actions: take ? [{ action: "take", title: TAKE[language] ?? TAKE.en }] : [],
    data: { where: /^#\/[\w/-]*$/.test(where) ? where : USUAL.where },
  });
}

/** In a window of ours that is open, the one in use if there are several; else in a new one. */
async function open(where) {
  const { scope } = self.registration;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const ours = windows.filter(({ url }) => isPage(new URL(url), new URL(scope)));
  const best = ours.find((each) => each.focused) ?? ours.find((each) => each.visibilityState === "visible") ?? ours[0];
  if (!best) {
    await self.clients.openWindow(new URL(where, scope).href);
    return;
  }
  best.postMessage({ where });
  await best.focus().catch(() => {}); // the browser may forbid it
}

/** Not a picture or a file of ours in a window of its own, which would not hear where to go. */
function isPage({ origin, pathname }, scope) {
  return origin === scope.origin && [scope.pathname, `${scope.pathname}index.html`].includes(pathname);
}
