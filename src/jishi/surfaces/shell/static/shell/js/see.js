// What was really seen, told in batches to our own lane. Whoever asks not to be followed is not: nothing is kept.
// A batch stays in this browser until it was acknowledged; its id and its events' ids make a second copy harmless.
const KEEP = "jishi:seen:", SITTING = "jishi:sitting", MOST = 20, WAIT = 5000, WEEK = 6048e5, PAUSE = 18e5;
const body = document.body, page = body.dataset.page || "";
const hex = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const uuid = () => {
  const time = Date.now().toString(16).padStart(12, "0"), rest = hex(9);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-a${rest.slice(3, 6)}-${rest.slice(6)}`;
};
const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
const write = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full, or not allowed */ } };

// --- where this sitting came from ---------------------------------------------------------------------------------
function origin() {
  const asked = new URLSearchParams(location.search), medium = asked.get("utm_medium") || "";
  const share = /^(?:\/en)?\/s\/([0-9a-z]+)/.exec(location.pathname)?.[1] || "";
  const host = document.referrer && new URL(document.referrer).host;
  if (share) return { channel: "share", share };
  if (/push/.test(medium)) return { channel: "push" };
  if (/mail/.test(medium)) return { channel: "mail" };
  if (medium) return { channel: /cpc|ad|paid|banner/.test(medium) ? "ad" : "other" };
  if (!host || host === location.host) return null;
  return { channel: /google|bing|baidu|sogou|duckduckgo|yandex|yahoo|so\.com|sm\.cn/.test(host) ? "search" : "site" };
}
function sitting() {
  const now = Date.now(), last = read(SITTING), from = fresh ? origin() : null;
  fresh = false;
  const kept = last && now - last.at < PAUSE && !from ? last : { id: hex(10), channel: "direct", ...from };
  write(SITTING, { ...kept, at: now });
  return kept;
}
let fresh = true;

// --- the queue ----------------------------------------------------------------------------------------------------
let open = null, timer = 0, pause = WAIT;
function tell(kind, more = {}) {
  const { id, channel, share } = sitting();
  open ||= { batch: uuid(), session: id, channel, share, language: document.documentElement.lang, events: [] };
  open.events.push({ id: uuid(), at: Date.now(), kind, page, ...more });
  write(KEEP + open.batch, open);
  if (open.events.length >= MOST) flush();
  else timer ||= setTimeout(flush, WAIT);
}
function flush(leaving) {
  clearTimeout(timer);
  timer = 0;
  const batch = open;
  open = null;
  if (batch) send(batch, leaving === true);
}
function send(batch, leaving) {
  const text = JSON.stringify({ ...batch, sent_at: Date.now() });
  if (leaving && navigator.sendBeacon?.("/lane/events", new Blob([text], { type: "application/json" }))) return;
  fetch("/lane/events", { method: "POST", body: text, keepalive: text.length < 6e4, headers: { "Content-Type": "application/json" } })
    .then(({ status }) => {
      if (status === 429 || status > 499) throw status;
      localStorage.removeItem(KEEP + batch.batch);
      pause = WAIT;
    })
    .catch(() => setTimeout(resend, pause = Math.min(pause * 2, 3e5)));
}
function resend() {
  const kept = Object.keys(localStorage).filter((key) => key.startsWith(KEEP)).sort();
  kept.forEach((key, index) => {
    const batch = read(key), born = parseInt(key.slice(KEEP.length).replace("-", "").slice(0, 12), 16);
    if (!batch || Date.now() - born > WEEK || index < kept.length - 40) localStorage.removeItem(key);
    else if (batch.batch !== open?.batch && Date.now() - born > WAIT * 2) send(batch);
  });
}

// --- what is seen -------------------------------------------------------------------------------------------------
const thing = (text) => { const [kind, code] = text.split(":"); return { [kind]: code }; };
function whenSeen(act) {
  const wait = document.prerendering ? "prerenderingchange" : document.hidden ? "visibilitychange" : "";
  if (wait) document.addEventListener(wait, () => whenSeen(act), { once: true });
  else act();
}
function arrive() {
  const { view, query, did } = body.dataset;
  tell("page_viewed");
  const { channel } = sitting();
  if (/utm_medium/.test(location.search) && /push|mail/.test(channel)) tell(channel + "_opened");
  if (view) tell(view.split(":")[0] + "_viewed", thing(view));
  if (query) tell("searched", { query });
  if (did) tell(did);
}
const watching = new Map(), told = new WeakSet();
const eye = new IntersectionObserver((entries) => entries.forEach(({ target, intersectionRatio }) => {
  clearTimeout(watching.get(target));
  watching.delete(target);
  if (intersectionRatio >= 0.5 && !document.hidden && !document.prerendering) watching.set(target, setTimeout(expose, 1000, target));
}), { threshold: [0, 0.5] });
function expose(card) {
  watching.delete(card);
  eye.unobserve(card);
  if (told.has(card) || !card.isConnected) return;
  told.add(card);
  const list = card.closest("[data-slot],ul[id]");
  const position = list ? [...list.querySelectorAll("[data-see]")].indexOf(card) + 1 : undefined;
  const { see, showing, position: place } = card.dataset; // a recommended card's showing has an id: told twice, it is one
  tell(see.split(":")[0] + "_exposed", { ...(showing && { id: showing }), ...thing(see), slot: list?.dataset.slot || list?.id, position: +place || position });
}
const look = (root) => root.querySelectorAll("[data-see]").forEach((card) => told.has(card) || eye.observe(card));

if (!navigator.globalPrivacyControl && navigator.doNotTrack !== "1") {
  whenSeen(() => { arrive(); look(body); resend(); });
  new MutationObserver(() => look(body)).observe(body, { childList: true, subtree: true });
  addEventListener("pageshow", (event) => event.persisted && arrive());
  addEventListener("online", resend);
  document.addEventListener("submit", ({ target, submitter }) => {
    const did = submitter?.dataset.did || target.dataset.did;
    if (did) tell(did, { ...thing(target.dataset.about || "props:"), slot: target.dataset.slot });
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      watching.forEach(clearTimeout);
      watching.clear();
      flush(true);
    } else { eye.disconnect(); look(body); }
  });
  addEventListener("pagehide", () => flush(true));
}
