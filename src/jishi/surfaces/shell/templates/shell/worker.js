// Shows the offline page when a navigation fails, and notices that were pushed; keeps no pages, so none can be stale.
const CACHE = "jishi-offline-1";
const PAGE = "{{ offline }}";
addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add(new Request(PAGE, { cache: "reload" }))).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((keys) => Promise.all(keys.filter((key) => key !== CACHE).map((key) => caches.delete(key)))).then(() => clients.claim()));
});
addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
});
addEventListener("push", (event) => {
  const told = event.data?.json() || {};
  event.waitUntil(registration.showNotification(told.title || "Jishi", { body: told.text, tag: told.tag, data: { url: told.url }, icon: "{{ icon }}" }));
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url || "/", location.origin);
  if (url.origin !== location.origin) return;
  event.waitUntil(clients.matchAll({ type: "window" }).then((open) => {
    const here = open.find((one) => new URL(one.url).pathname === url.pathname);
    return here ? here.focus() : clients.openWindow(url);
  }));
});
