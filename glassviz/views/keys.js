// Listens on the whole window; keys typed into an input, a slider or a menu belong to that control.
export function render({ model, el }) {
  const own = new Set(model.keys);
  const taken = (target) =>
    target && (target.isContentEditable ||
      ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) ||
      (target.getAttribute && ["slider", "combobox", "listbox", "option", "textbox"].includes(target.getAttribute("role"))));
  // An open menu has the arrow keys to itself, wherever the focus is.
  const inMenu = (event) => document.querySelector(".MuiPopover-root") ||
    event.composedPath().some((part) => part.classList && part.classList.contains("MuiPopover-root"));
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !own.has(event.key)) return;
    // Inside shadow roots the event's target is the host: the path starts at the real one.
    if (event.key !== "Escape" && (taken(event.composedPath()[0]) || inMenu(event))) return;
    // A focused button keeps its own space bar.
    if (event.key === " " && event.composedPath()[0].tagName === "BUTTON") return;
    event.preventDefault();
    model.send_msg(event.key);
  };
  window.addEventListener("keydown", onKey);
  model.on("remove", () => window.removeEventListener("keydown", onKey));
  el.style.display = "none";
}
