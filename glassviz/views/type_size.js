// Figures take their sizes when they are made: another size of type is another page, which the address names.
export function render({ model, el }) {
  document.documentElement.style.fontSize = model.large ? `${100 * model.larger}%` : "";
  window.dispatchEvent(new Event("resize"));
  model.on("large", () => {
    const written = () => new URLSearchParams(location.search).has("large") === model.large;
    const wait = setInterval(() => {
      if (!written()) return;
      clearInterval(wait);
      location.reload();
    }, 50);
  });
  el.style.display = "none";
}
