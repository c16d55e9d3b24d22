// Conversations: the server renders every line; this fetches fragments, puts them in their place and keeps the end in view.
const visible = () => !document.hidden;
const near = () => document.documentElement.scrollHeight - innerHeight - scrollY < 160;
const toasts = (answer) => {
  const told = answer.headers.get("HX-Trigger");
  const toast = told ? JSON.parse(told)["jishi:toast"] : { text: document.documentElement.dataset.failed, kind: "bad" };
  document.dispatchEvent(new CustomEvent("jishi:toast", { detail: toast }));
};

customElements.define("chat-log", class extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector(".lines");
    this.last = +this.dataset.last;
    this.chip = this.querySelector("[data-jump]");
    this.form = this.querySelector("[data-composer]");
    this.waiting = 0;
    if (!("still" in this.dataset)) {
      requestAnimationFrame(() => scrollTo(0, document.documentElement.scrollHeight));
      this.again = () => (visible() ? this.open() : this.close());
      document.addEventListener("visibilitychange", this.again);
      addEventListener("pagehide", () => this.close());
      addEventListener("pageshow", (event) => event.persisted && this.open());
      if (visible()) this.open();
    }
    this.chip.addEventListener("click", () => { this.toEnd(); this.form.querySelector("textarea").focus({ preventScroll: true }); });
    addEventListener("scroll", () => near() && this.quiet(), { passive: true });
    this.compose();
  }
  disconnectedCallback() { this.close(); document.removeEventListener("visibilitychange", this.again); }
  open() {
    if (this.stream) return;
    const url = this.dataset.stream.replace(/after=\d+/, `after=${this.last}`);
    this.stream = new EventSource(url);
    this.stream.addEventListener("line", () => this.fetchSoon());
    this.stream.addEventListener("badge", () => document.dispatchEvent(new CustomEvent("jishi:badge")));
    this.stream.addEventListener("open", () => this.opened && this.fetchSoon());
    this.stream.addEventListener("error", () => {
      if (this.stream?.readyState !== EventSource.CLOSED) return;
      // The ten-minute pass is over: any answer of the server brings a new one.
      this.close();
      this.timer = setTimeout(() => this.load().finally(() => visible() && this.open()), 2000 + Math.random() * 3000);
    });
    if (this.opened) this.load();
    this.opened = true;
  }
  close() { clearTimeout(this.timer); this.stream?.close(); this.stream = null; }
  fetchSoon() {
    if (this.busy) { this.more = true; return; }
    this.busy = this.load().catch(() => {}).finally(() => { this.busy = null; if (this.more) { this.more = false; this.fetchSoon(); } });
  }
  async load() {
    const answer = await fetch(`${this.dataset.new}?after=${this.last}`, { headers: { "HX-Request": "true" } });
    if (answer.ok) this.put(await answer.text());
    else if (answer.status === 404) location.reload();
  }
  put(html) {
    const stays = near();
    const holder = document.createElement("template");
    holder.innerHTML = html;
    let fresh = 0;
    for (const item of [...holder.content.querySelectorAll("li[id]")]) {
      const here = document.getElementById(item.id);
      if (here) { here.replaceWith(item); continue; }
      const after = [...this.list.children].findLast((one) => +one.dataset.no < +item.dataset.no);
      if (after) after.after(item); else this.list.prepend(item);
      this.last = Math.max(this.last, +item.dataset.no);
      if (!item.classList.contains("own")) fresh += 1;
    }
    this.querySelector(".chat-empty")?.remove();
    if (stays) this.toEnd();
    else if (fresh) { this.waiting += fresh; this.chip.querySelector("[data-count]").textContent = this.waiting; this.chip.hidden = false; }
  }
  quiet() { this.waiting = 0; this.chip.hidden = true; }
  toEnd() { this.quiet(); scrollTo({ top: document.documentElement.scrollHeight, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" }); }
  compose() {
    const { form } = this, text = form.querySelector("textarea"), file = form.querySelector("[type=file]"), picked = form.querySelector("[data-picked]");
    file.addEventListener("change", () => { picked.textContent = file.files[0]?.name || ""; picked.hidden = !file.files.length; });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-send]"));
    });
    form.addEventListener("submit", async (event) => {
      if ("still" in this.dataset) return;
      event.preventDefault();
      if (this.sending) return;
      const body = new FormData(form);
      if (event.submitter?.name) { body.delete(event.submitter.name); body.set(event.submitter.name, event.submitter.value); }
      if (!String(body.get("text") || "").trim() && !body.get("card") && !file.files.length) return;
      body.set("after", this.last);
      this.sending = true;
      try {
        const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
        if (!answer.ok) return toasts(answer);
        // The key changes only now: whatever was sent without an answer is sent again under the same one.
        form.elements.key.value = crypto.randomUUID();
        if (event.submitter?.name !== "card") { text.value = ""; file.value = ""; picked.hidden = true; }
        else event.submitter.closest(".chat-about")?.remove();
        this.put(await answer.text());
        this.toEnd();
      } catch { document.dispatchEvent(new CustomEvent("jishi:toast", { detail: { text: document.documentElement.dataset.failed, kind: "bad" } })); }
      finally { this.sending = false; }
    });
  }
});

// --- this browser takes notices, or not -----------------------------------------------------------------------------
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
customElements.define("push-switch", class extends HTMLElement {
  async connectedCallback() {
    const [on, off, never] = ["on", "off", "never"].map((name) => this.querySelector(`[data-${name}]`));
    if (!("PushManager" in window) || !("serviceWorker" in navigator) || Notification.permission === "denied") return;
    const worker = await navigator.serviceWorker.ready;
    const paint = (has) => { on.hidden = has; off.hidden = !has; never.hidden = true; };
    paint(!!(await worker.pushManager.getSubscription()));
    on.addEventListener("click", async () => {
      try {
        const target = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(this.dataset.key) });
        if ((await this.save(target.toJSON())).ok) paint(true);
      } catch { on.hidden = true; never.hidden = false; }
    });
    off.addEventListener("click", async () => {
      const target = await worker.pushManager.getSubscription();
      if (target) { await this.save({ endpoint: target.endpoint, forget: true }); await target.unsubscribe(); }
      paint(false);
    });
  }
  save(body) {
    return fetch(this.dataset.save, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": this.dataset.token } });
  }
});
