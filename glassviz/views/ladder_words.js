// Style sheet of the ladder, and what its rows say at a level.

const TEXT_WIDTH = 212, ROW_GAP = 14, COLUMN_GAP = 30, SMALLEST_SPOT = 140, HEAD_HEIGHT = 24;
// How far a score's C may be from the slider's, and how far below its last label time molecular dynamics still stands.
const SCORED = 0.08, HELD = 0.025;

const LADDER_STYLE = `
.ladder { position: absolute; inset: 0; display: flex; flex-direction: column; color: var(--text); font-size: 0.875rem;
  line-height: 1.4; font-variant-numeric: tabular-nums; }
.strip { display: flex; align-items: center; gap: 8px 18px; flex-wrap: wrap; padding: 2px 0 10px; }
.strip button { font: inherit; width: 76px; padding: 7px 0; color: var(--text); background: transparent; cursor: pointer;
  border: 1px solid var(--line); border-radius: 4px; }
.strip button:hover { border-color: var(--quiet); }
.strip button[aria-pressed=true] { background: var(--text); color: var(--page); border-color: var(--text); }
.strip input { flex: 1 1 240px; min-width: 160px; height: 34px; margin: 0; cursor: pointer; appearance: none;
  background: transparent; }
.strip input::-webkit-slider-runnable-track { height: 8px; border-radius: 4px; background: var(--line); }
.strip input::-moz-range-track { height: 8px; border-radius: 4px; background: var(--line); }
.strip input::-webkit-slider-thumb { appearance: none; width: 26px; height: 26px; margin-top: -9px; border-radius: 50%;
  background: var(--accent); border: 3px solid var(--page); box-shadow: 0 0 0 1px var(--accent); }
.strip input::-moz-range-thumb { width: 20px; height: 20px; border-radius: 50%; background: var(--accent);
  border: 3px solid var(--page); box-shadow: 0 0 0 1px var(--accent); }
.strip .level { font-size: 1.5rem; font-weight: 600; min-width: 132px; white-space: nowrap; }
.strip .scale { display: flex; align-items: center; gap: 8px; white-space: nowrap; color: var(--quiet); font-size: 0.8125rem; }
.strip .ramp { width: 130px; height: 12px; border-radius: 2px; box-shadow: inset 0 0 0 1px var(--line); }
button:focus-visible, input:focus-visible { outline: 2px solid var(--quiet); outline-offset: 2px; }
.scroll { position: relative; flex: 1; min-height: 0; overflow-y: auto; overflow-x: hidden; }
.content { position: relative; display: grid; column-gap: ${COLUMN_GAP}px; row-gap: ${ROW_GAP}px; justify-content: start;
  padding: 0 2px 2px; }
.content canvas { position: absolute; left: 0; top: 0; pointer-events: none; }
.head, .row { display: grid; column-gap: 12px; }
.head { height: ${HEAD_HEIGHT - ROW_GAP + 8}px; font-weight: 600; white-space: nowrap; }
.facts { min-width: 0; align-self: center; }
.facts button { font: inherit; font-size: 1.3125rem; font-weight: 600; line-height: 1.25; color: inherit; background: none;
  border: 0; border-left: 3px solid transparent; padding: 0 0 0 8px; margin: 0 0 2px; cursor: pointer; }
.facts button[aria-pressed=true] { border-left-color: var(--accent); }
.facts div { padding-left: 11px; }
.facts .quiet { color: var(--quiet); font-size: 0.8125rem; line-height: 1.35; }
.facts .word { display: inline-block; border: 1px solid var(--line); border-radius: 3px; padding: 0 6px; font-size: 0.75rem;
  margin: 2px 0 2px 11px; }
.spot { position: relative; display: flex; align-items: center; justify-content: center; text-align: center; }
.spot.empty { border: 1px dashed var(--line); box-sizing: border-box; }
.spot p { margin: 0; padding: 0 10px; color: var(--quiet); font-size: 0.8125rem; max-width: 100%; overflow-wrap: anywhere; }
.spot.held { align-items: end; justify-content: end; }
.spot.held p { margin: 6px; padding: 1px 7px; border-radius: 3px; background: var(--page); color: var(--text); z-index: 1; }
.narrow .facts { grid-column: 1 / -1; }
.narrow .head { display: none; }`;

const RAISED = {"-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹"};

// 1960, 0.34, 3.2 × 10¹¹
function plain(value, digits = 3) {
  if (value === 0) return "0";
  if (value >= 1e4 || value < 1e-2) {
    const [mantissa, exponent] = value.toExponential(1).split("e");
    return `${mantissa} × 10${[...String(Number(exponent))].map((c) => RAISED[c]).join("")}`;
  }
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(digits)));
}

// Place of a level among K levels that fall evenly from 1 to `lowest`: the one before, and how far to the next.
function placeOf(level, lowest, number) {
  const at = Math.min(number - 1, Math.max(0, (1 - level) / (1 - lowest) * (number - 1)));
  const before = Math.min(number - 2, Math.floor(at));
  return [before, at - before];
}

const between = (values, [before, share]) => values[before] * (1 - share) + values[before + 1] * share;

function timeAt(row, place) {
  const [before, share] = place, first = row.times[before], second = row.times[before + 1];
  if (first == null || second == null) return null;
  return first > 0 ? Math.exp(Math.log(first) * (1 - share) + Math.log(second) * share) : second * share;
}

// What a row says at every level.
function tauOf(row) {
  if (!row.tau) return "τ unknown";
  return row.estimated ? `τ ≈ ${plain(row.tau, 2)}, estimated` : `τ = ${plain(row.tau, 2)}`;
}

// What a row says at a level: its time, its score at the nearest label time, how self-consistent its networks are.
function factsAt(row, level, lowest) {
  const place = placeOf(level, lowest, row.times.length), time = timeAt(row, place);
  const told = row.told[place[0]] && row.told[place[0] + 1];
  let when = "time unknown";
  if (time !== null) {
    when = `t ${told ? "=" : "≈"} ${plain(time)}`;
    if (row.tau && time > 0) when += ` ${told && !row.estimated ? "=" : "≈"} ${plain(time / row.tau, 2)} τ`;
  }
  const near = row.scores.filter(([at]) => Math.abs(at - level) <= SCORED)
    .sort((a, b) => Math.abs(a[0] - level) - Math.abs(b[0] - level))[0];
  let score = row.scores.length ? "Pearson –" : "no labels to score on";
  if (near) score = `Pearson ${near[1].toFixed(2)}${near[2] == null ? "" : ` ± ${near[2].toFixed(2)}`} (C = ${near[0].toFixed(2)})`;
  const left = between(row.left, place);
  const off = `|X − C| = ${between(row.deviations, place).toFixed(3)}${left > 0.005 ? `, iterated ${left.toFixed(3)}` : ""}`;
  return {when, score, off};
}
