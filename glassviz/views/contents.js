// Cards in a grid: five beside each other on a laptop, one on a phone.
const STYLE = `
  ol { list-style: none; margin: 0; padding: 8px 24px 16px; box-sizing: border-box; height: 100%; overflow-y: auto; display: grid;
    gap: 16px; grid-template-columns: repeat(auto-fill, minmax(max(15%, 220px), 1fr)); grid-auto-rows: minmax(0, 1fr);
    color: var(--text); font: 0.95rem/1.4 Roboto, Helvetica, Arial, sans-serif; }
  li { min-height: 17rem; }
  button { all: unset; box-sizing: border-box; cursor: pointer; width: 100%; height: 100%; display: flex; flex-direction: column;
    border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
  button:hover { border-color: var(--quiet); }
  button:focus-visible { outline: 2px solid var(--text); outline-offset: 2px; }
  [aria-current] button { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
  .drawing { flex: 1 1 0; min-height: 0; padding: 12px; border-bottom: 1px solid var(--line); }
  .drawing svg { width: 100%; height: 100%; display: block; }
  .said { padding: 10px 14px 12px; min-height: 5.6rem; box-sizing: border-box; }
  b { font-weight: 600; font-size: 1.02rem; display: block; }
  b span { color: var(--quiet); font-weight: 400; margin-right: 6px; }
  .said p { margin: 3px 0 0; color: var(--quiet); }`;

export function render({ model, el }) {
  const make = (tag, parent, properties = {}) => parent.appendChild(Object.assign(document.createElement(tag), properties));
  make("style", el, { textContent: STYLE });
  el.style.height = "100%";
  const list = make("ol", el);
  const show = () => {
    for (const [name, colour] of Object.entries(model.colours)) list.style.setProperty(`--${name}`, colour);
    list.replaceChildren();
    model.cards.forEach(({ title, words, drawing }, k) => {
      const item = make("li", list), card = make("button", item, { type: "button" });
      if (k + 1 === model.present) item.setAttribute("aria-current", "step");
      make("div", card, { className: "drawing", innerHTML: drawing }).setAttribute("aria-hidden", "true");
      const said = make("div", card, { className: "said" }), name = make("b", said);
      make("span", name, { textContent: k + 1 });
      name.append(title);
      make("p", said, { textContent: words });
      card.addEventListener("click", () => model.send_msg(k + 1));
    });
  };
  model.on(["cards", "present", "colours"], show);
  show();
}
