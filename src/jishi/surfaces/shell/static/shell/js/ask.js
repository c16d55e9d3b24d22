// A survey that may come up: asked for once the page has been read for a while, at most once in a session.
customElements.define("survey-pop", class extends HTMLElement {
  connectedCallback() {
    if (sessionStorage.getItem("survey") || Date.now() - (+sessionStorage.getItem("survey-asked") || 0) < 120000) return;
    this.timer = setTimeout(() => this.ask(), +this.dataset.after);
  }
  disconnectedCallback() { clearTimeout(this.timer); }
  async ask() {
    if (document.hidden || document.querySelector("dialog[open]")) return;
    sessionStorage.setItem("survey-asked", Date.now());
    const answer = await fetch(this.dataset.from, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.status !== 200) return;
    sessionStorage.setItem("survey", "1");
    this.innerHTML = await answer.text();
    window.htmx?.process(this);
    this.addEventListener("click", (event) => { if (event.target.closest("[data-gone]")) this.replaceChildren(); });
    this.addEventListener("keydown", (event) => { if (event.key === "Escape") this.querySelector("[data-later]")?.click(); });
  }
});
