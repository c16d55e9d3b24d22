// Tells which slots were really seen (half of one for a second) and which were followed; nothing else.
const token = () => JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}")["X-CSRFToken"] || "";
const tell = (codes, act) => {
  const body = new URLSearchParams({ act });
  codes.forEach((code) => body.append("slot", code));
  fetch("/slots/seen/", { method: "POST", body, keepalive: true, headers: { "X-CSRFToken": token() } }).catch(() => {});
};
let waiting = [], timer = 0;
const timers = new Map();
const watch = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => {
  clearTimeout(timers.get(target));
  if (!isIntersecting) return;
  timers.set(target, setTimeout(() => {
    watch.unobserve(target);
    waiting.push(target.dataset.slot);
    timer ||= setTimeout(() => { tell(waiting, "seen"); waiting = []; timer = 0; }, 500);
  }, 1000));
}), { threshold: 0.5 });
document.querySelectorAll("[data-slot]").forEach((one) => watch.observe(one));
document.addEventListener("click", (event) => {
  const one = event.target.closest?.("a")?.closest("[data-slot]");
  if (one) tell([one.dataset.slot], "click");
});
