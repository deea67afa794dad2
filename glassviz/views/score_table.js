// A table whose headings sort it. The order is the visitor's and survives new rows; what has no value stays last.
const STYLE = `
  .frame { height: 100%; overflow: auto; padding-right: 8px; box-sizing: border-box; font: 0.8125rem Roboto, Helvetica, Arial, sans-serif; color: var(--text); }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th { position: sticky; top: 0; background: var(--page); padding: 0; border-bottom: 1px solid var(--line); }
  th button { all: unset; cursor: pointer; box-sizing: border-box; width: 100%; padding: 5px 6px; text-align: right;
    font-weight: 400; color: var(--quiet); white-space: nowrap; }
  th:first-child button { text-align: left; }
  th button:focus-visible, tr:focus-visible { outline: 2px solid var(--text); outline-offset: -2px; }
  td { padding: 3px 6px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
  td:first-child { text-align: left; }
  td:first-child i { display: inline-block; width: 14px; height: 3px; margin: 0 6px 3px 0; vertical-align: middle; }
  tbody tr { cursor: pointer; }
  tbody tr:hover { background: color-mix(in srgb, var(--line) 45%, transparent); }
  tr.chosen td { font-weight: 600; }
  p { color: var(--quiet); margin: 12px 6px; }`;

export function render({ model, el }) {
  let order = null;
  const style = document.createElement("style");
  style.textContent = STYLE;
  const frame = document.createElement("div");
  frame.className = "frame";
  el.style.height = "100%";
  el.append(style, frame);

  const heading = (text, cell) => {
    const [head, tail] = [text.split("_")[0], text.split("_").slice(1).join("_")];
    cell.append(head);
    if (!tail) return;
    const low = document.createElement("sub");
    low.textContent = tail[0];
    cell.append(low, tail.slice(1));
  };

  const sorted = () => {
    const places = model.rows.map((_, place) => place);
    if (!order) return places;
    const key = (place) => model.rows[place].keys[order.column];
    return places.sort((a, b) => {
      const [one, other] = [key(a), key(b)];
      if (one === null || other === null) return (one === null) - (other === null);
      const sign = typeof one === "number" ? one - other : String(one).localeCompare(String(other));
      return order.falling ? -sign : sign;
    });
  };

  const line = (place, first) => {
    const row = document.createElement("tr"), { cells, colour, chosen } = model.rows[place];
    row.className = chosen ? "chosen" : "";
    // One stop for Tab; the arrows go from row to row.
    row.tabIndex = first ? 0 : -1;
    row.setAttribute("aria-label", cells.join(", "));
    for (const text of cells) row.append(Object.assign(document.createElement("td"), { textContent: text }));
    const mark = document.createElement("i");
    mark.style.background = colour;
    row.firstChild.prepend(mark);
    row.onclick = () => model.send_msg(place);
    row.onkeydown = (event) => {
      const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
      if (event.key === "Enter") model.send_msg(place);
      if (event.key.startsWith("Arrow")) event.stopPropagation();
      if (next) { next.focus(); event.preventDefault(); }
    };
    return row;
  };

  // Finds the heading or the row again that has the focus, by its words, once all are built anew.
  const focused = () => {
    const own = frame.getRootNode().activeElement;
    if (!frame.contains(own)) return null;
    if (own.tagName !== "TR") {
      const column = [...frame.querySelectorAll("th button")].indexOf(own);
      return () => frame.querySelectorAll("th button")[column];
    }
    const label = own.getAttribute("aria-label");
    return () => [...frame.querySelectorAll("tbody tr")].find((row) => row.getAttribute("aria-label") === label);
  };

  const draw = () => {
    for (const [name, colour] of Object.entries(model.colours)) frame.style.setProperty(`--${name}`, colour);
    const kept = frame.scrollTop, focus = focused();
    frame.replaceChildren();
    if (!model.rows.length) {
      frame.append(Object.assign(document.createElement("p"), { textContent: model.message }));
      return;
    }
    const table = document.createElement("table"), head = document.createElement("tr");
    table.setAttribute("aria-label", model.label);
    model.columns.forEach((text, column) => {
      const cell = document.createElement("th"), button = document.createElement("button");
      heading(text, button);
      const own = order && order.column === column;
      cell.setAttribute("aria-sort", own ? (order.falling ? "descending" : "ascending") : "none");
      if (own) button.append(order.falling ? " ↓" : " ↑");
      button.onclick = () => {
        order = own && order.falling ? null : { column, falling: Boolean(own) };
        draw();
      };
      cell.append(button);
      head.append(cell);
    });
    table.createTHead().append(head);
    table.createTBody().append(...sorted().map((place, k) => line(place, k === 0)));
    frame.append(table);
    frame.scrollTop = kept;
    focus?.()?.focus({ preventScroll: true });
  };
  model.on(["rows", "columns", "message", "colours"], draw);
  draw();
}
