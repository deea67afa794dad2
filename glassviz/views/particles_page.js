// Style sheet and small helpers of the component around the drawing.

const GAP = 16;

const STYLE = `
.root { position: relative; width: 100%; color: var(--text); font-size: 0.875rem; line-height: 1.35;
  font-variant-numeric: tabular-nums; }
.stage { position: relative; width: 100%; }
.stage canvas { position: absolute; left: 0; top: 0; display: block; touch-action: pan-y; cursor: grab; outline: none; }
.stage canvas.moving { cursor: grabbing; }
.stage canvas.lasso { cursor: crosshair; }
.stage canvas:focus-visible + svg { outline: 2px solid var(--quiet); outline-offset: 3px; border-radius: 2px; }
.stage svg { position: absolute; left: 0; top: 0; pointer-events: none; overflow: visible; }
.panel { position: absolute; pointer-events: none; }
.title { position: absolute; left: 0; right: 0; bottom: calc(100% + 6px); font-weight: 600; font-size: 0.9375rem;
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.ruler { position: absolute; left: 8px; bottom: 8px; padding: 3px 9px 6px; border-radius: 4px; font-size: 0.8125rem;
  text-align: center; background: color-mix(in srgb, var(--page) 94%, transparent); }
.ruler i { display: block; height: 3px; margin-top: 2px; background: var(--text); min-width: 1px; }
.tools { position: absolute; right: 0; top: 0; display: flex; gap: 4px; }
.tools button { font: inherit; font-size: 0.8125rem; line-height: 1; color: var(--text); background: transparent;
  border: 1px solid var(--line); border-radius: 4px; padding: 4px 9px; cursor: pointer; }
.tools button:hover { border-color: var(--quiet); }
.tools button[aria-pressed=true] { background: var(--text); color: var(--page); border-color: var(--text); }
.tools button:focus-visible { outline: 2px solid var(--quiet); outline-offset: 2px; }
.tip { position: absolute; z-index: 2; pointer-events: none; max-width: 300px; padding: 6px 10px; border-radius: 4px;
  font-size: 0.8125rem; background: var(--page); color: var(--text); border: 1px solid var(--line);
  box-shadow: 0 2px 10px rgb(0 0 0 / .18); white-space: pre-line; }
.tip b { font-weight: 600; display: block; }
.notice { margin: 0; padding: 24px; text-align: center; color: var(--quiet); border: 1px solid var(--line); }
.bars { display: grid; column-gap: ${GAP}px; row-gap: 8px; margin-top: 12px; }
.bar { display: flex; align-items: center; flex-wrap: wrap; gap: 2px 12px; min-width: 0; }
.bar .line { display: flex; align-items: center; gap: 10px; flex: 1 1 300px; white-space: nowrap; }
.bar .name { font-weight: 600; }
.bar .ramp { flex: 1 1 80px; min-width: 60px; max-width: 320px; height: 12px; border-radius: 2px;
  box-shadow: inset 0 0 0 1px var(--line); }
[hidden] { display: none !important; }`;

const bytesOf = (value) => value == null ? new Uint8Array(0)
  : value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
const channels = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16) / 255);
const numeral = (x) => String(Number(Number(x).toPrecision(3))).replace("-", "−");

function element(tag, attributes = {}, parent = null) {
  const svg = ["svg", "circle", "polygon"].includes(tag);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else made.setAttribute(name, value);
  }
  parent?.append(made);
  return made;
}

// "C_B" and "q_{max}" with a lowered index; nothing else is markup.
function writeSymbols(parent, text) {
  for (const [k, part] of String(text ?? "").split(/_(\{[^}]*\}|[\p{L}\p{N}]+)/u).entries()) {
    if (k % 2) element("sub", {text: part.replace(/[{}]/g, ""), style: "font-size:.78em;line-height:0"}, parent);
    else parent.append(part);
  }
}

// 1, 2 or 5 times a power of ten, at most `limit`.
function roundLength(limit) {
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].find((k) => k * power <= limit) * power;
}
