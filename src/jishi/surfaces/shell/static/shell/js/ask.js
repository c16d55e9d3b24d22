// A pop-up or a survey that may come up: asked for once the page has been read for a while, at most once in a
// session; pop-ups not before the second page. What an experiment decided is told once it was painted.
const tell = (url, told = {}) => {
  const token = JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}")["X-CSRFToken"] || "";
  fetch(url, { method: "POST", body: new URLSearchParams(told), keepalive: true, headers: { "X-CSRFToken": token } }).catch(() => {});
};
customElements.define("survey-pop", class extends HTMLElement {
  connectedCallback() {
    this.view = +(sessionStorage.getItem("views") || 0) + 1;
    sessionStorage.setItem("views", this.view);
    this.escape = (event) => { if (event.key === "Escape") this.querySelector("[data-later]")?.click(); };
    document.addEventListener("keydown", this.escape);
    if (sessionStorage.getItem("survey") || Date.now() - (+sessionStorage.getItem("survey-asked") || 0) < 120000) return;
    this.timer = setTimeout(() => this.ask(), +this.dataset.after);
  }
  disconnectedCallback() { clearTimeout(this.timer); document.removeEventListener("keydown", this.escape); }
  async ask() {
    if (document.hidden || document.querySelector("dialog[open]")) return;
    if (this.view > 1) sessionStorage.setItem("survey-asked", Date.now());
    const answer = await fetch(`${this.dataset.from}&view=${this.view}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.status !== 200) return;
    sessionStorage.setItem("survey", "1");
    this.innerHTML = await answer.text();
    window.htmx?.process(this);
    // Frames are painted only while the page is in front; the second one comes after the first was there.
    if (this.querySelector("[data-place]")) requestAnimationFrame(() => requestAnimationFrame(() => tell("/slots/met/")));
    this.addEventListener("click", (event) => {
      const slot = event.target.closest("a")?.closest("[data-slot-shown]");
      if (slot) tell("/slots/seen/", { act: "click", slot: slot.dataset.slotShown });
      if (event.target.closest("[data-gone]")) this.replaceChildren();
    });
  }
});
