// Pages of notes: taps that answer at once, pins on pictures, calm films, uploads with progress. No strings here.

// --- optimistic taps: flip at once; the server's fragment is the truth, a refusal restores -----------------------
const flip = (form) => {
  const on = form.classList.toggle("on");
  form.querySelector("button")?.setAttribute("aria-pressed", String(on));
  const count = form.querySelector("[data-count]");
  if (!count) return;
  const number = Math.max(0, +count.dataset.count + (on ? 1 : -1));
  count.dataset.count = number;
  if (number < 1000) count.textContent = number || "";
};
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-optimistic]");
  if (!form) return;
  if (form.dataset.busy) { event.preventDefault(); event.stopPropagation(); return; }
  form.dataset.busy = "1";
  const before = form.innerHTML;
  const wasOn = form.classList.contains("on");
  flip(form);
  setTimeout(() => {
    if (!form.isConnected || !form.dataset.busy) return;
    delete form.dataset.busy;
    form.classList.toggle("on", wasOn);
    form.innerHTML = before;
  }, 8000);
  const undo = (failed) => {
    if (failed.target !== form && !form.contains(failed.target)) return;
    delete form.dataset.busy;
    form.classList.toggle("on", wasOn);
    form.innerHTML = before;
  };
  form.addEventListener("htmx:error", undo, { once: true });
  form.addEventListener("htmx:response:error", undo, { once: true });
}, true);

// --- pins stand where the author put them; the style is set by script, the policy allows no inline styles --------
document.querySelectorAll("svg.pins").forEach((drawn) => drawn.remove());
document.querySelectorAll(".pin[data-x]").forEach((pin) => {
  pin.style.left = `${pin.dataset.x}%`;
  pin.style.top = `${pin.dataset.y}%`;
  pin.classList.add("placed");
  pin.classList.toggle("flip", +pin.dataset.x > 55);
});
document.querySelectorAll(".note-gallery").forEach((gallery) => {
  const list = gallery.querySelector("ul");
  const dots = gallery.querySelectorAll(".dots i");
  list?.addEventListener("scroll", () => {
    const at = Math.round(list.scrollLeft / list.clientWidth);
    dots.forEach((dot, index) => dot.classList.toggle("on", index === at));
  }, { passive: true });
});

// --- calm-video: plays without sound while most of it is seen, never against the reader's wish to save data ------
customElements.define("calm-video", class extends HTMLElement {
  connectedCallback() {
    const video = this.querySelector("video");
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.connection?.saveData;
    if (!video || calm) return;
    this.watch = new IntersectionObserver(([entry]) => {
      if (entry.intersectionRatio >= 0.6) video.play().catch(() => {});
      else video.pause();
    }, { threshold: [0, 0.6] });
    this.watch.observe(video);
  }
  disconnectedCallback() { this.watch?.disconnect(); }
});

// --- pin-board: a tap on a picture moves the chosen product there --------------------------------------------------
customElements.define("pin-board", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const board = event.target.closest(".board");
      const row = this.querySelector("[name=placing]:checked")?.closest("li");
      if (!board || !row) return;
      const box = board.getBoundingClientRect();
      const percent = (value, size) => Math.round(Math.min(1, Math.max(0, value / size)) * 100);
      row.querySelector("[name=pin_picture]").value = board.dataset.picture;
      row.querySelector("[name=pin_x]").value = percent(event.clientX - box.left, box.width);
      row.querySelector("[name=pin_y]").value = percent(event.clientY - box.top, box.height);
      this.paint();
    });
    this.addEventListener("input", () => this.paint());
    this.paint();
  }
  paint() {
    this.querySelectorAll(".dot").forEach((dot) => dot.remove());
    this.querySelectorAll(".pinrows > li").forEach((row) => {
      const board = this.querySelector(`.board[data-picture="${row.querySelector("[name=pin_picture]").value}"]`);
      if (!board) return;
      const dot = document.createElement("span");
      dot.className = "dot";
      dot.style.left = `${row.querySelector("[name=pin_x]").value}%`;
      dot.style.top = `${row.querySelector("[name=pin_y]").value}%`;
      board.append(dot);
    });
  }
});

// --- picture order: two buttons beside each picture; the numbers of the plain form stay what is sent -----------------
customElements.define("picture-order", class extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector(".thumbs");
    if (!this.list) return;
    this.list.classList.add("sorting");
    this.dress();
    new MutationObserver(() => this.dress()).observe(this.list, { childList: true });
    this.list.addEventListener("click", (event) => {
      const step = event.target.closest("[data-step]");
      if (!step) return;
      const item = step.closest("li");
      const other = +step.dataset.step < 0 ? item.previousElementSibling : item.nextElementSibling;
      if (!other) return;
      if (+step.dataset.step < 0) other.before(item); else other.after(item);
      this.number();
      step.focus();
      this.list.dispatchEvent(new Event("input", { bubbles: true }));
    });
    this.list.addEventListener("input", (event) => this.frame(event.target.closest("li")));
    // A finger or mouse on a picture that has a shape moves the part that stays; the slider is what is sent.
    this.list.addEventListener("pointerdown", (event) => {
      const item = event.target.closest("li"), picture = event.target.closest("img");
      const field = item?.querySelector("[name^='at:']");
      if (!picture || !field || !this.shape(item)) return;
      event.preventDefault();
      picture.setPointerCapture(event.pointerId);
      const { clientX, clientY } = event, from = +field.value;
      const move = (moved) => {
        const box = picture.getBoundingClientRect();
        const across = picture.naturalWidth / picture.naturalHeight > box.width / box.height;
        const scale = across ? box.height / picture.naturalHeight : box.width / picture.naturalWidth;
        const spare = across ? picture.naturalWidth * scale - box.width : picture.naturalHeight * scale - box.height;
        const by = across ? moved.clientX - clientX : moved.clientY - clientY;
        if (spare > 0) field.value = Math.round(Math.min(100, Math.max(0, from - (by / spare) * 100)));
        this.frame(item);
      };
      picture.addEventListener("pointermove", move);
      const end = () => { picture.removeEventListener("pointermove", move); field.dispatchEvent(new Event("input", { bubbles: true })); };
      for (const kind of ["pointerup", "pointercancel"]) picture.addEventListener(kind, end, { once: true });
    });
  }
  shape(item) { return item?.querySelector("[name^='crop:']")?.value || ""; }
  frame(item) {
    const picture = item?.querySelector("img"), field = item?.querySelector("[name^='at:']");
    if (!picture || !field) return;
    const shape = this.shape(item), [wide, high] = (shape || "1:1").split(":").map(Number);
    picture.style.width = `${Math.round(96 * Math.min(1, wide / high))}px`;
    picture.style.height = `${Math.round(96 * Math.min(1, high / wide))}px`;
    picture.style.objectPosition = shape ? `${field.value}% ${field.value}%` : "";
    picture.classList.toggle("framed", !!shape);
    picture.draggable = !shape;
    field.closest("label").hidden = !shape;
  }
  dress() {
    for (const item of this.list.children) {
      if (item.querySelector(".steps")) continue;
      const steps = document.createElement("span");
      steps.className = "steps";
      for (const [by, sign, text] of [[-1, "←", this.list.dataset.earlier], [1, "→", this.list.dataset.later]]) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn line sm";
        button.dataset.step = by;
        button.textContent = sign;
        button.setAttribute("aria-label", text);
        steps.append(button);
      }
      item.append(steps);
    }
    for (const item of this.list.children) this.frame(item);
    this.number();
  }
  number() {
    [...this.list.children].forEach((item, index) => {
      const field = item.querySelector("[name^='order:']");
      if (field) field.value = index + 1;
    });
  }
});

// --- drafts keep themselves: some seconds after the last change, through the form's own address ----------------------
document.querySelectorAll("form[data-autosave]").forEach((form) => {
  const told = form.querySelector("[data-kept]");
  let timer = 0, last = 0, sending = false, over = false;
  const save = async () => {
    if (over || sending) return;
    sending = true;
    last = Date.now();
    const body = new FormData(form);
    body.set("do", "save");
    for (const name of ["pictures", "video", "add", "drop", "find"]) body.delete(name);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Autosave": "1", Accept: "application/json" } });
      if (answer.ok) {
        const kept = await answer.json();
        if (!over) {
          form.action = kept.url;
          history.replaceState(null, "", kept.url + location.search);
          if (told) told.hidden = false;
        }
      }
    } catch { /* the next change tries again; nothing is lost in the form */ }
    sending = false;
  };
  form.addEventListener("input", () => {
    if (told) told.hidden = true;
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(4000, last + 20000 - Date.now()));
  });
  form.addEventListener("submit", () => { over = true; clearTimeout(timer); });
});

// --- upload-list: files go one by one with a bar each; a failed one can be tried again ------------------------------
customElements.define("upload-list", class extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ul");
    this.querySelectorAll("input[type=file]").forEach((field) => field.addEventListener("change", () => {
      for (const file of field.files) this.add(file, field.name === "video" ? "video" : "picture");
      field.value = "";
    }));
  }
  add(file, kind) {
    const item = document.createElement("li");
    const bar = document.createElement("progress");
    bar.max = 1;
    const name = document.createElement("small");
    name.className = "clip mute";
    name.textContent = file.name;
    item.append(bar, name);
    this.list.append(item);
    this.send(file, kind, item, bar);
    if (kind === "video") this.poster(file).then((blob) => blob && !this.querySelector("[name=ticket],[name=picture]") && this.add(new File([blob], "cover.jpg", { type: "image/jpeg" }), "picture"));
  }
  send(file, kind, item, bar) {
    const body = new FormData();
    body.append(kind, file);
    const request = new XMLHttpRequest();
    request.open("POST", this.dataset.url);
    request.setRequestHeader("X-CSRFToken", this.closest("form").querySelector("[name=csrfmiddlewaretoken]").value);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
    const failed = (text) => {
      const retry = document.createElement("button");
      retry.type = "button";
      retry.className = "btn line sm";
      retry.textContent = this.dataset.retry;
      const words = document.createElement("small");
      words.textContent = text || this.dataset.failed;
      retry.addEventListener("click", () => { words.remove(); retry.remove(); this.send(file, kind, item, bar); });
      item.append(words, retry);
    };
    request.addEventListener("error", () => failed(""));
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* an answer of somebody in between */ }
      if (request.status !== 200) { failed(answer.detail); return; }
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = kind === "video" ? "video_ticket" : "ticket";
      field.value = answer.ticket;
      if (kind === "picture") {
        const order = document.createElement("input");
        order.type = "hidden";
        order.name = `order:${answer.file}`;
        order.value = this.list.children.length;
        item.append(order);
      }
      const drop = document.createElement("button");
      drop.type = "button";
      drop.className = "btn line sm";
      drop.textContent = this.dataset.drop;
      drop.addEventListener("click", () => item.remove());
      if (kind === "picture") {
        const shown = document.createElement("img");
        shown.src = answer.url;
        shown.width = shown.height = 96;
        shown.alt = "";
        bar.replaceWith(shown);
        const shape = this.querySelector("template[data-shape]")?.content.cloneNode(true);
        shape?.querySelectorAll("[name]").forEach((one) => { one.name += answer.file; });
        if (shape) item.append(shape);
        // The list is dressed as soon as it changes; this entry became a picture later.
        this.closest("picture-order")?.frame(item);
      }
      item.append(field, drop);
    });
    request.send(body);
  }
  async poster(file) {
    // A frame of the film, drawn here: the server needs no film decoder.
    const video = document.createElement("video");
    video.muted = true;
    video.src = URL.createObjectURL(file);
    try {
      await new Promise((done, failed) => { video.onloadeddata = done; video.onerror = failed; setTimeout(failed, 8000); });
      video.currentTime = Math.min(1, video.duration / 4 || 0);
      await new Promise((done) => { video.onseeked = done; setTimeout(done, 3000); });
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      canvas.getContext("2d").drawImage(video, 0, 0);
      return await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    } catch { return null; } finally { URL.revokeObjectURL(video.src); }
  }
});
