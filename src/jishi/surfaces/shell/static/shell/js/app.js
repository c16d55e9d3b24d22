// One import-free module for every page. Elements only enhance server markup; every visible string lives there.
const root = document.documentElement;
root.classList.add("js");

// --- server clock: the phone's own clock is never trusted -------------------------------------------------------
const rendered = +root.dataset.now;
const arrival = performance.getEntriesByType("navigation")[0]?.responseStart || 0;
const offset = rendered ? rendered - (performance.timeOrigin + arrival) : 0;
const serverNow = () => Date.now() + offset;
const ticks = new Set();
setInterval(() => { if (!document.hidden) ticks.forEach((tick) => tick()); }, 250);
const pad = (value) => String(value).padStart(2, "0");

customElements.define("count-down", class extends HTMLElement {
  connectedCallback() {
    this.ends = +this.dataset.ends;
    this.tick = () => this.paint();
    ticks.add(this.tick);
    this.paint();
  }
  disconnectedCallback() { ticks.delete(this.tick); }
  paint() {
    const left = Math.max(0, this.ends - serverNow());
    const seconds = Math.ceil(left / 1000);
    if (seconds === this.shown) return;
    this.shown = seconds;
    const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24;
    const parts = [pad(Math.floor(seconds / 60) % 60), pad(seconds % 60)];
    if (days || hours || this.dataset.hours !== "auto") parts.unshift(pad(hours));
    const nodes = parts.flatMap((text, index) => {
      const cell = document.createElement("b");
      cell.textContent = text;
      return index ? [":", cell] : [cell];
    });
    if (days) {
      const label = document.createElement("span");
      label.className = "d";
      label.textContent = days + (this.dataset.day || "d");
      nodes.unshift(label);
    }
    this.replaceChildren(...nodes);
    if (left > 0) return;
    ticks.delete(this.tick);
    this.dispatchEvent(new CustomEvent("expired", { bubbles: true }));
  }
});

// --- toasts ------------------------------------------------------------------------------------------------------
const toasts = document.getElementById("toasts");
function toast(text, kind = "") {
  if (!text || !toasts) return;
  const item = document.createElement("div");
  item.className = `toast ${kind}`;
  item.textContent = text;
  toasts.append(item);
  setTimeout(() => item.remove(), 4200);
}
toasts?.querySelectorAll(".toast").forEach((item) => setTimeout(() => item.remove(), 5200));
document.addEventListener("jishi:toast", (event) => toast(event.detail?.text ?? event.detail?.value, event.detail?.kind));

// --- sheets: native dialogs opened by any element with data-open --------------------------------------------------
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  const sheet = opener && document.getElementById(opener.dataset.open);
  if (sheet) {
    event.preventDefault();
    for (const [name, value] of Object.entries(JSON.parse(opener.dataset.set || "{}"))) {
      sheet.querySelectorAll(`[name="${name}"]`).forEach((field) => { field.value = value; });
      sheet.dataset[name] = value;
    }
    sheet.showModal();
    sheet.dispatchEvent(new CustomEvent("opened", { bubbles: true }));
  }
  if (event.target.matches("dialog.sheet") || event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
});

// --- copy and share ----------------------------------------------------------------------------------------------
customElements.define("copy-button", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(this.dataset.text); }
      catch {
        const field = document.querySelector(this.dataset.from);
        field?.select();
        document.execCommand("copy");
      }
      toast(this.dataset.done);
    });
  }
});
customElements.define("share-sheet", class extends HTMLElement {
  connectedCallback() {
    const native = this.querySelector("[data-native]");
    if (native && navigator.share) {
      native.hidden = false;
      native.addEventListener("click", () => {
        const { url, title, text } = this.dataset;
        navigator.share({ url, title, text }).catch(() => {});
      });
    }
    const poster = this.querySelector("img[data-src]");
    const load = () => {
      if (!poster || poster.src) return;
      poster.addEventListener("load", () => poster.classList.remove("sk"), { once: true });
      poster.src = poster.dataset.src;
    };
    const sheet = this.closest("dialog");
    if (sheet && !sheet.open) sheet.addEventListener("opened", load);
    else load();
  }
});

// --- sku-picker: option radios choose one variant; the server has put every variant's facts in the markup ---------
customElements.define("sku-picker", class extends HTMLElement {
  connectedCallback() {
    this.variants = JSON.parse(this.querySelector("script[type='application/json']").textContent);
    this.addEventListener("change", () => this.paint());
    this.closest("dialog")?.addEventListener("opened", () => this.paint());
    this.querySelectorAll("[data-step]").forEach((button) => button.addEventListener("click", () => {
      const field = this.querySelector("[name=quantity]");
      const next = +field.value + +button.dataset.step;
      field.value = Math.min(+field.max || 99, Math.max(+field.min || 1, next || 1));
    }));
    this.paint();
  }
  get mode() { return this.closest("dialog")?.dataset.mode || this.dataset.mode || "alone"; }
  paint() {
    const groups = [...this.querySelectorAll("[data-option]")];
    const wanted = groups.map((group) => group.querySelector("input:checked")?.value);
    const variant = this.variants.find((one) => one.options.every((value, index) => value === wanted[index]));
    groups.forEach((group, index) => group.querySelectorAll("input").forEach((input) => {
      const others = this.variants.filter((one) => one.options.every((v, i) => (i === index ? v === input.value : v === wanted[i])));
      input.closest("label").toggleAttribute("data-off", !others.some((one) => one.sellable));
    }));
    const field = this.querySelector("[name=variant]");
    if (field && variant) field.value = variant.id;
    const team = this.mode === "team" && variant?.team;
    this.querySelectorAll("[data-for]").forEach((node) => { node.hidden = node.dataset.for !== this.mode; });
    const price = this.querySelector("[data-price]");
    if (price && variant) price.textContent = team ? variant.team : variant.price;
    const stock = this.querySelector("[data-stock]");
    if (stock) stock.textContent = variant?.stock || "";
    const picture = this.querySelector("[data-picture]");
    if (picture && variant?.image) picture.src = variant.image;
    this.querySelectorAll("button[type=submit]").forEach((button) => { button.disabled = !variant?.sellable; });
  }
});

// --- gallery position, scroll-snap does the moving -----------------------------------------------------------------
customElements.define("swipe-gallery", class extends HTMLElement {
  connectedCallback() {
    const track = this.querySelector("ul"), label = this.querySelector("[data-index]");
    track?.addEventListener("scroll", () => {
      const index = Math.round(Math.abs(track.scrollLeft) / track.clientWidth);
      if (label) label.textContent = `${index + 1}/${track.children.length}`;
      this.querySelectorAll("[data-go]").forEach((link, place) => link.toggleAttribute("aria-current", place === index));
    }, { passive: true });
    this.addEventListener("click", (event) => {
      const go = event.target.closest("[data-go]");
      if (!go) return;
      event.preventDefault();
      track.scrollTo({ left: track.clientWidth * +go.dataset.go, behavior: "smooth" });
    });
  }
});

// --- taps that flip at once; the server's fragment replaces them, an error flips them back ------------------------
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-optimistic][hx-post]"), count = form?.querySelector("[data-count]");
  if (!form) return;
  const on = form.classList.toggle("on");
  form.querySelector("button")?.setAttribute("aria-pressed", on);
  if (count && /^\d*$/.test(count.textContent)) count.textContent = Math.max(0, +count.dataset.count + (on ? 1 : -1)) || "";
});
document.addEventListener("htmx:error", (event) => event.target.closest?.("form[data-optimistic]")?.classList.toggle("on"));

// --- live blocks: refetch their own fragment on a server event, on an ended clock, or when the page is seen again ---
// Never while somebody writes in them or has opened a question: what they typed would be gone.
const busy = ":popover-open, details.define[open], input:not([type=hidden], [type=radio], [type=checkbox]):focus, textarea:focus";
customElements.define("live-block", class extends HTMLElement {
  connectedCallback() {
    this.refresh = () => { if (!document.hidden && !this.querySelector(busy)) this.dispatchEvent(new CustomEvent("refresh")); };
    this.again = (event) => { if (event.type !== "pageshow" || event.persisted) this.refresh(); };
    document.addEventListener("visibilitychange", this.again);
    addEventListener("pageshow", this.again);
    this.addEventListener("expired", () => setTimeout(this.refresh, 900 + Math.random() * 900));
    this.poll = this.dataset.every ? setInterval(this.refresh, +this.dataset.every) : 0;
    if (this.dataset.wait) {
      let delay = +this.dataset.wait;
      const again = () => { this.refresh(); delay = Math.min(delay * 1.6, 15000); this.timer = setTimeout(again, delay); };
      this.timer = setTimeout(again, delay);
    }
  }
  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.again);
    removeEventListener("pageshow", this.again);
    clearInterval(this.poll);
    clearTimeout(this.timer);
  }
});
// htmx may start before its extension has arrived; streams that were left out are connected once all is loaded.
addEventListener("load", () => document.querySelectorAll("[hx-sse\\:connect]").forEach((stream) => {
  if (!stream._htmx) htmx.process(stream);
}));
document.addEventListener("htmx:after:sse:message", (event) => {
  document.querySelectorAll("live-block[data-events]").forEach((block) => block.refresh());
});

// --- forms: one submission, changes that submit themselves, errors that take the focus ------------------------------
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.once === undefined) return;
  if (form.classList.contains("is-busy")) return event.preventDefault();
  form.classList.add("is-busy");
  setTimeout(() => form.classList.remove("is-busy"), 8000);
});
addEventListener("pageshow", () => document.querySelectorAll(".is-busy").forEach((form) => form.classList.remove("is-busy")));
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form && !event.target.closest("[data-still]")) form.requestSubmit();
});
document.querySelector("[aria-invalid=true]")?.focus();
document.addEventListener("htmx:error", () => toast(root.dataset.failed, "bad"));

// --- the number of unread messages: fetched when the page is idle, again when the person's stream says so -------------
customElements.define("live-badge", class extends HTMLElement {
  connectedCallback() {
    this.fetch = () => fetch(this.dataset.from, { headers: { "HX-Request": "true" } }).then((answer) => answer.ok && answer.text()).then((html) => { if (html !== false) this.innerHTML = html; }).catch(() => {});
    this.turn = () => (document.hidden ? this.close() : this.open());
    document.addEventListener("jishi:badge", this.fetch);
    document.addEventListener("visibilitychange", this.turn);
    addEventListener("pagehide", () => this.close());
    (window.requestIdleCallback || setTimeout)(this.turn);
  }
  disconnectedCallback() { this.close(); document.removeEventListener("visibilitychange", this.turn); document.removeEventListener("jishi:badge", this.fetch); }
  open() {
    this.fetch();
    if (this.stream || document.querySelector("chat-log")) return;
    this.stream = new EventSource(this.dataset.stream);
    this.stream.addEventListener("badge", this.fetch);
  }
  close() { this.stream?.close(); this.stream = null; }
});

if ("serviceWorker" in navigator && root.dataset.worker) navigator.serviceWorker.register(root.dataset.worker).catch(() => {});

// --- a page with an experiment tells how long it took until it was there ---------------------------------------------
const tried = document.querySelector("[data-place]");
if (tried) addEventListener("load", () => setTimeout(() => {
  const [way] = performance.getEntriesByType("navigation");
  const token = JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}")["X-CSRFToken"];
  if (!token || !way?.loadEventEnd || document.prerendering) return;
  const told = new URLSearchParams({ place: tried.dataset.place, ms: Math.round(way.loadEventEnd) });
  fetch("/slots/loaded/", { method: "POST", body: told, keepalive: true, headers: { "X-CSRFToken": token } }).catch(() => {});
}));
