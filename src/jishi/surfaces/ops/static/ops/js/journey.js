// The drawing of a journey: a tap opens a step's form, a drag moves it through the same form. The page works without it.
customElements.define("journey-map", class extends HTMLElement {
  connectedCallback() {
    this.svg = this.querySelector("svg");
    this.form = this.querySelector("form");
    for (const node of this.querySelectorAll(".node")) {
      node.addEventListener("click", (event) => this.open(event, node));
      node.addEventListener("pointerdown", (event) => this.take(event, node));
      node.addEventListener("dragstart", (event) => event.preventDefault());
    }
  }
  open(event, node) {
    event.preventDefault();
    if (this.moved) { this.moved = false; return; }
    const form = document.getElementById(`s-${node.dataset.key}`);
    form.open = true;
    form.scrollIntoView({ block: "center" });
    form.querySelector("summary").focus({ preventScroll: true });
  }
  take(event, node) {
    if (event.button !== 0) return;
    const start = event.clientY;
    let target = null;
    const move = (one) => {
      if (Math.abs(one.clientY - start) < 8) return;
      this.moved = true;
      node.classList.add("dragged");
      const found = document.elementsFromPoint(one.clientX, one.clientY).map((x) => x.closest(".node")).find((x) => x && x !== node);
      if (target && target !== found) target.classList.remove("over");
      target = found || null;
      if (target) target.classList.add("over");
    };
    const end = () => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", end);
      document.removeEventListener("pointercancel", end);
      node.classList.remove("dragged");
      if (!target) { setTimeout(() => { this.moved = false; }); return; }
      this.form.elements.key.value = node.dataset.key;
      this.form.elements.place.value = target.dataset.place;
      this.form.requestSubmit();
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
  }
});
