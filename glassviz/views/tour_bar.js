// The bar of a tour. Its height does not follow the words of a step: the page above must not jump.
const STYLE = `
  .tour { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 28px; align-items: center; box-sizing: border-box;
    height: 6.9rem; padding: 0 24px; border-top: 1px solid var(--line); background: var(--page); color: var(--text);
    font: 0.95rem/1.42 Roboto, Helvetica, Arial, sans-serif; font-variant-numeric: tabular-nums; }
  h2 { font-size: 1.1rem; font-weight: 600; margin: 0 0 2px; }
  h2 small { font-size: 0.85rem; font-weight: 400; color: var(--quiet); margin-right: 10px; }
  p { margin: 0; max-height: 4.3em; overflow-y: auto; max-width: 76rem; }
  .way { display: flex; flex-direction: column; gap: 10px; align-items: flex-end; }
  .dots { display: flex; gap: 2px; }
  button { font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 4px; cursor: pointer;
    padding: 4px 14px; white-space: nowrap; }
  button:hover:not(:disabled) { border-color: var(--quiet); }
  button:focus-visible { outline: 2px solid var(--text); outline-offset: 2px; }
  button:disabled { color: var(--quiet); cursor: default; opacity: .6; }
  .dots button { border: 0; padding: 4px; line-height: 0; }
  .dots i { display: inline-block; width: 9px; height: 9px; border-radius: 50%; border: 1px solid var(--quiet); box-sizing: border-box; }
  .dots [aria-current] i { background: var(--accent); border-color: var(--accent); }
  .next { background: var(--accent); border-color: var(--accent); color: var(--page); font-weight: 600; }
  @media (max-width: 760px) { .tour { grid-template-columns: 1fr; height: auto; padding: 8px 12px; } .way { align-items: stretch; } }`;

export function render({ model, el }) {
  const make = (tag, parent, properties = {}) => parent.appendChild(Object.assign(document.createElement(tag), properties));
  make("style", el, { textContent: STYLE });
  const tour = make("section", el, { className: "tour" });
  tour.setAttribute("aria-label", "Tour");
  const said = make("div", tour), heading = make("h2", said), words = make("p", said);
  words.setAttribute("aria-live", "polite");
  const way = make("div", tour, { className: "way" });
  const buttons = make("div", way, { style: "display:flex;gap:8px" }), dots = make("nav", way, { className: "dots" });
  const go = (text, title, step, className = "") => {
    const button = make("button", buttons, { type: "button", textContent: text, title, className });
    button.addEventListener("click", () => model.send_msg(step()));
    return button;
  };
  go("Leave", "Leave the tour", () => 0);
  const back = go("← Back", "Previous step (p)", () => model.step - 1);
  const next = go("Next →", "Next step (n)", () => model.step + 1, "next");

  const show = () => {
    const { titles, step, colours } = model;
    for (const [name, colour] of Object.entries(colours)) tour.style.setProperty(`--${name}`, colour);
    heading.replaceChildren(Object.assign(document.createElement("small"), { textContent: `Step ${step} of ${titles.length}` }),
      titles[step - 1] ?? "");
    words.innerHTML = model.words;
    back.disabled = step <= 1;
    next.disabled = step >= titles.length;
    dots.replaceChildren();
    titles.forEach((title, k) => {
      const dot = make("button", dots, { type: "button", title: `${k + 1} ${title}` });
      dot.setAttribute("aria-label", `Step ${k + 1}: ${title}`);
      if (k + 1 === step) dot.setAttribute("aria-current", "step");
      make("i", dot);
      dot.addEventListener("click", () => model.send_msg(k + 1));
    });
  };
  model.on(["step", "titles", "words", "colours"], show);
  show();
}
