// Figures take their sizes when they are made: another size of type is another page, which the address names.
export function render({ model, el }) {
  document.documentElement.style.fontSize = model.large ? `${100 * model.larger}%` : "";
  window.dispatchEvent(new Event("resize"));
  const watch = setInterval(() => {
    if (Boolean(Number(new URLSearchParams(location.search).get("large"))) === model.large) return;
    clearInterval(watch);
    location.reload();
  }, 200);
  model.on("remove", () => clearInterval(watch));
  el.style.display = "none";
}
