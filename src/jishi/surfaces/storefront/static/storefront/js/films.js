// The reel of films: the browser snaps, `calm-video` plays what is seen; here are pausing, sound and the keys.
customElements.define("film-reel", class extends HTMLElement {
  connectedCallback() {
    this.loud = false;
    this.dress();
    this.grown = new MutationObserver(() => this.dress());
    this.grown.observe(this, { childList: true });
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button.run, button.sound");
      if (!button) return;
      const video = button.closest(".frame").querySelector("video");
      if (button.classList.contains("sound")) this.hear(!this.loud);
      else if (video.paused) video.play().catch(() => {});
      else video.pause();
    });
    this.addEventListener("keydown", (event) => {
      if (event.target.closest("input, textarea, select") || event.altKey || event.ctrlKey || event.metaKey) return;
      const by = { ArrowDown: 1, PageDown: 1, j: 1, ArrowUp: -1, PageUp: -1, k: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const at = Math.round(this.scrollTop / this.clientHeight) + by;
      this.scrollTo({ top: at * this.clientHeight, behavior: calm ? "instant" : "smooth" });
    });
  }
  disconnectedCallback() { this.grown?.disconnect(); this.seen?.disconnect(); }
  dress() {
    this.seen ??= new IntersectionObserver((entries) => entries.forEach((entry) => {
      if (entry.intersectionRatio >= 0.6) this.here(entry.target);
    }), { root: this, threshold: 0.6 });
    for (const frame of this.querySelectorAll(".frame[data-film]:not(.dressed)")) {
      frame.classList.add("dressed");
      const video = frame.querySelector("video");
      video.controls = false;
      const run = this.button("run", "play", this.dataset.play), sound = this.button("sound", "mute", this.dataset.sound);
      run.setAttribute("aria-pressed", "false");
      for (const kind of ["play", "pause"]) video.addEventListener(kind, () => {
        run.setAttribute("aria-pressed", String(!video.paused));
        run.setAttribute("aria-label", video.paused ? this.dataset.play : this.dataset.pause);
      });
      frame.append(run, sound);
      this.seen.observe(frame);
    }
    this.hear(this.loud);
  }
  button(look, icon, words) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = look;
    button.setAttribute("aria-label", words);
    const sprite = document.querySelector("svg.i use").getAttribute("href").split("#")[0];
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawn.setAttribute("class", "i");
    drawn.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${sprite}#${icon}`);
    drawn.append(use);
    button.append(drawn);
    return button;
  }
  hear(loud) {
    this.loud = loud;
    for (const frame of this.querySelectorAll(".frame.dressed")) {
      const button = frame.querySelector(".sound"), use = button.querySelector("use");
      frame.querySelector("video").muted = !loud;
      button.setAttribute("aria-label", loud ? this.dataset.mute : this.dataset.sound);
      use.setAttribute("href", use.getAttribute("href").replace(/#.*/, loud ? "#sound" : "#mute"));
    }
  }
  // The address follows, so that what is reloaded or passed on begins here; the next film is fetched ahead.
  here(frame) {
    history.replaceState(history.state, "", `?from=${frame.dataset.film}`);
    const next = frame.nextElementSibling?.querySelector("video");
    if (next && !navigator.connection?.saveData) next.preload = "auto";
  }
});
