// Asking through the rush lane, for goods or a seat: stand in line with an honest place, come back for the answer.
// Every word lives in the markup; when the lane cannot be reached or has nothing to say, the form goes its ordinary way.
customElements.define("rush-buy", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.buy(); });
  }
  disconnectedCallback() { clearTimeout(this.timer); this.gone = true; }
  get block() { return this.closest("live-block"); }
  show(state) {
    this.querySelectorAll("[data-state]").forEach((part) => { part.hidden = part.dataset.state !== state; });
    this.form.hidden = state === "in_line";
    this.form.querySelector("button").disabled = state === "full";
  }
  async buy() {
    const quantity = +(new FormData(this.form).get("quantity") || 1);
    const language = document.documentElement.lang.startsWith("en") ? "en" : "zh-hans";
    this.form.querySelector("button").disabled = true;
    await this.ask(() => fetch(`${this.dataset.lane}${this.dataset.verb || "buy"}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ quantity, language }),
    }));
  }
  async ask(send) {
    let answer, content = {};
    try {
      answer = await send();
      content = await answer.json();
    } catch { answer = null; }
    if (this.gone) return;
    const no_lane = !answer || [401, 403, 404].includes(answer.status) || content.state === "ordinary";
    if (no_lane) return this.form.submit();
    if (answer.status === 200) {
      location.assign(content.order_code ? this.dataset.order.replace("CODE", content.order_code) : this.dataset.go);
    } else if (answer.status === 202) {
      this.show("in_line");
      this.querySelector("[data-position]").textContent = content.position;
      const wait = Math.max(300, Math.min(2000, content.retry_after_s * 500));
      this.timer = setTimeout(() => this.ask(() => fetch(`${this.dataset.lane}place?token=${encodeURIComponent(content.token)}`)), wait);
    } else if (answer.status === 503 || answer.status === 410) {
      this.wait(+answer.headers.get("Retry-After") || 2);
    } else {
      this.show(content.state);
      this.form.querySelector("button").disabled = false;
      if (!this.querySelector(`[data-state="${content.state}"]`)) this.block?.refresh?.();
    }
  }
  wait(seconds) {
    this.show("full");
    this.querySelector("[data-seconds]").textContent = seconds;
    this.timer = setTimeout(() => (seconds > 1 ? this.wait(seconds - 1) : this.buy()), 1000);
  }
});
