// Moves pieces of the content plan: by dragging, and by Alt with the arrow keys. Each move sends the piece's own
// form, which also works by itself; without scripts nothing is missing but the shortcut.
customElements.define("content-calendar", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("dragstart", (event) => this.take(event));
    this.addEventListener("dragover", (event) => this.hover(event));
    this.addEventListener("dragleave", (event) => event.target.closest?.("[data-day]")?.classList.remove("over"));
    this.addEventListener("drop", (event) => this.drop(event));
    this.addEventListener("dragend", () => this.rest());
    this.addEventListener("keydown", (event) => this.press(event));
  }
  take(event) {
    const piece = event.target.closest?.(".piece[draggable]");
    if (!piece) return;
    this.held = piece;
    piece.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", piece.dataset.piece);
  }
  hover(event) {
    const place = event.target.closest?.("[data-day]");
    if (!this.held || !place) return;
    event.preventDefault();
    for (const other of this.querySelectorAll(".over")) if (other !== place) other.classList.remove("over");
    place.classList.add("over");
  }
  drop(event) {
    const place = event.target.closest?.("[data-day]");
    if (!this.held || !place) return;
    event.preventDefault();
    this.send(this.held, place.dataset.day, place.dataset.lane);
    this.rest();
  }
  rest() {
    this.held?.classList.remove("dragged");
    this.held = null;
    for (const place of this.querySelectorAll(".over")) place.classList.remove("over");
  }
  press(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const piece = event.target.closest?.(".piece[draggable]");
    if (!step || !piece || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const from = piece.querySelector("[name=on]").value;
    if (!from) return;
    event.preventDefault();
    const day = new Date(`${from}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + step);
    this.send(piece, day.toISOString().slice(0, 10));
  }
  send(piece, day, lane) {
    const form = piece.querySelector("form");
    if (!form) return;
    const was = [form.elements.on.value, form.elements.lane.value];
    form.elements.on.value = day;
    if (lane) form.elements.lane.value = lane;
    if (was[0] === day && was[1] === form.elements.lane.value) return;
    this.querySelector("[data-status]").textContent = this.dataset.moved;
    form.requestSubmit();
  }
});
