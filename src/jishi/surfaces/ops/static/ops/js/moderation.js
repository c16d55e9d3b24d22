// Keys for the moderators' queue: J and K move, A picks, R opens. The page works without them.
customElements.define("moderation-queue", class extends HTMLElement {
  connectedCallback() {
    this.at = -1;
    this.onKey = (event) => this.press(event);
    document.addEventListener("keydown", this.onKey);
  }
  disconnectedCallback() { document.removeEventListener("keydown", this.onKey); }
  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const rows = [...this.querySelectorAll("[data-row]")];
    const key = event.key.toLowerCase();
    if (key === "j") this.at = Math.min(this.at + 1, rows.length - 1);
    else if (key === "k") this.at = Math.max(this.at - 1, 0);
    else if (this.at < 0) return;
    else if (key === "a") {
      const box = rows[this.at].querySelector("[name=pick]");
      box.checked = !box.checked;
    } else if (key === "r") rows[this.at].querySelector("[data-open]").click();
    else return;
    event.preventDefault();
    rows[this.at].querySelector("[data-open]").focus();
  }
});
