// Rows of snapshots on one canvas: one slider sets the mean propensity of all, play moves it.

const SECONDS = 9, REST = 900, SETTLE = 150;

class LadderComponent {
  constructor(model) {
    Object.assign(this, {model, level: model.level, renderers: [], rows: [], dirty: new Set(["rows", "layout"])});
    this.buildPage();
    // Each row has a renderer of its own; all share the canvas and so its context.
    this.gl = this.canvas.getContext("webgl2",
      {alpha: true, antialias: false, depth: false, stencil: false, preserveDrawingBuffer: true});
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => { this.renderers = []; this.change("rows", "layout"); });
    model.on("rows", () => this.change("rows", "layout"));
    model.on("dark", () => this.change("look"));
    model.on("chosen", () => this.change("chosen"));
    model.on("level", () => { if (!model.playing && model.level !== this.level) this.moveTo(model.level); });
    model.on("playing", () => this.play());
    if (model.playing) this.play();
    this.change();
  }

  buildPage() {
    this.root = element("div", {class: "ladder"});
    element("style", {text: LADDER_STYLE}, this.root);
    const strip = element("div", {class: "strip"}, this.root);
    this.button = element("button", {type: "button", text: "Play", "aria-pressed": "false", title: "Play (space)"}, strip);
    this.readout = element("span", {class: "level"}, strip);
    this.slider = element("input", {type: "range", min: 0, max: 1 - this.model.lowest, step: 0.005,
      "aria-label": "Mean propensity C_B from 1 to " + this.model.lowest}, strip);
    const scale = element("span", {class: "scale"}, strip);
    writeSymbols(element("span", {}, scale), "C_B: 0 rearranged");
    const palette = bytesOf(this.model.palette);
    const stops = Array.from({length: 33}, (_, k) => `rgb(${palette.slice(3 * Math.min(254, 8 * k), 3 * Math.min(254, 8 * k) + 3).join(",")})`);
    element("span", {class: "ramp", style: `background:linear-gradient(to right,${stops.join(",")})`}, scale);
    element("span", {text: "1 frozen"}, scale);
    this.scroll = element("div", {class: "scroll"}, this.root);
    this.content = element("div", {class: "content"}, this.scroll);
    this.canvas = element("canvas", {role: "img"}, this.content);
    this.button.addEventListener("click", () => { this.model.playing = !this.model.playing; });
    this.slider.addEventListener("input", () => {
      this.model.playing = false;
      this.moveTo(1 - Number(this.slider.value));
      this.send();
    });
    this.slider.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      this.model.playing = !this.model.playing;
    });
    this.scroll.addEventListener("scroll", () => this.change());
    this.sizes = new ResizeObserver(() => this.change("layout"));
    this.sizes.observe(this.scroll);
  }

  remove() {
    this.sizes.disconnect();
    cancelAnimationFrame(this.request);
    cancelAnimationFrame(this.film);
    clearTimeout(this.timer);
    this.gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }

  change(...parts) {
    for (const part of parts) this.dirty.add(part);
    this.request ??= requestAnimationFrame(() => { this.request = null; this.update(); });
  }

  // ---- the level and the film

  moveTo(level) {
    this.level = Math.min(1, Math.max(this.model.lowest, level));
    this.change();
  }

  // The session hears of a level that stays; a film that runs would write an address each moment.
  send() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.model.level = Number(this.level.toFixed(3)); }, SETTLE);
  }

  play() {
    const on = this.model.playing;
    this.button.textContent = on ? "Pause" : "Play";
    this.button.setAttribute("aria-pressed", String(on));
    cancelAnimationFrame(this.film);
    if (!on) return this.send();
    let last = null, rest = 0;
    const step = (now) => {
      const passed = Math.min(100, now - (last ?? now));
      last = now;
      if (this.level > this.model.lowest) this.level -= passed / 1000 / SECONDS * (1 - this.model.lowest);
      else if ((rest += passed) > REST) [this.level, rest] = [1, 0];
      this.moveTo(this.level);
      this.film = requestAnimationFrame(step);
    };
    this.film = requestAnimationFrame(step);
  }

  // ---- layout

  get colours() { return this.model.esm_constants[this.model.dark ? "dark" : "light"]; }

  update() {
    for (const [name, colour] of Object.entries(this.colours)) this.root.style.setProperty(`--${name}`, colour);
    if (!this.scroll.clientWidth) return;   // a page that is hidden is drawn when it is seen
    const dirty = this.dirty;
    if (dirty.has("rows")) this.takeRows();
    if (dirty.has("layout")) this.arrange();
    if (dirty.has("rows") || dirty.has("chosen")) this.rows.forEach((row) =>
      row.button.setAttribute("aria-pressed", String(Math.abs(row.data.temperature - this.model.chosen) < 1e-9)));
    dirty.clear();
    this.draw();
  }

  takeRows() {
    this.content.querySelectorAll(".row, .head").forEach((part) => part.remove());
    this.rows = this.model.rows.map((data, k) => {
      const part = element("div", {class: "row"}, this.content), facts = element("div", {class: "facts"}, part);
      const button = element("button", {type: "button", text: `T = ${data.temperature}`,
        title: "Choose this temperature"}, facts);
      button.addEventListener("click", () => { this.model.chosen = data.temperature; });
      const line = (name) => element("div", {class: name}, facts);
      element("span", {class: "word", text: data.label, title: "Labels of this temperature that the networks learnt from"}, facts);
      const lines = {when: line(""), score: line(""), off: line(""), tau: line("quiet"), rest: line("quiet")};
      lines.rest.textContent = data.rest;
      lines.off.title = "X: mean prediction of a network that is told C; iterated: once its input is corrected";
      if (data.positions) lines.tau.textContent = tauOf(data);
      const spots = [0, 1].map(() => element("div", {class: "spot"}, part));
      spots.forEach((spot) => element("p", {}, spot));
      return {data, part, button, lines, spots, renderer: data.positions ? this.rendererOf(k, data) : null};
    });
  }

  // The renderer of a row; its buffers are filled anew only where the row shows other particles.
  rendererOf(k, data) {
    if (!this.gl) return null;
    const own = this.renderers[k] ??= new DiscRenderer(this.canvas);
    if (own.key !== data.key) {
      own.key = data.key;
      own.setConfiguration(new Float32Array(bytesOf(data.positions).slice().buffer), bytesOf(data.types), data.radii, data.box);
      own.setChosen(new Uint8Array(own.count));
      own.setPalettes(bytesOf(this.model.palette), 2);
      own.frames = [data.measured, data.predicted].map(bytesOf);
    }
    return own;
  }

  // As many columns as make the snapshots largest.
  arrange() {
    const n = Math.max(1, this.rows.length), width = this.scroll.clientWidth - 4, narrow = width < 560;
    const text = narrow ? 0 : TEXT_WIDTH + 12;
    const choices = [1, 2, 3].filter((columns) => columns <= n).map((columns) => {
      const rows = Math.ceil(n / columns), wide = (width - (columns - 1) * COLUMN_GAP) / columns;
      const high = (this.scroll.clientHeight - (narrow ? 0 : HEAD_HEIGHT + ROW_GAP)) / rows - ROW_GAP;
      const fits = Math.floor((wide - text - 12) / 2);
      return {columns, rows, side: narrow ? fits : Math.min(fits, Math.max(high, Math.min(fits, SMALLEST_SPOT)))};
    });
    const {columns, rows, side} = choices.sort((a, b) => b.side - a.side)[0];
    this.side = Math.floor(side);
    this.root.classList.toggle("narrow", narrow);
    const each = (narrow ? "" : `${TEXT_WIDTH}px `) + `${this.side}px ${this.side}px`;
    this.content.querySelectorAll(".head").forEach((part) => part.remove());
    for (let column = 0; column < columns; column++) {
      const head = element("div", {class: "head", style: `grid-area:1/${column + 1};grid-template-columns:${each}`}, this.content);
      ["", "Molecular dynamics", "Predicted"].forEach((text) => element("span", {text}, head));
    }
    this.rows.forEach(({part, spots}, k) => {
      part.style.gridArea = `${k % rows + 2} / ${Math.floor(k / rows) + 1}`;
      part.style.gridTemplateColumns = each;
      spots.forEach((spot) => { spot.style.height = `${this.side}px`; });
    });
    const ratio = this.ratio = Math.min(2, window.devicePixelRatio || 1);
    // The canvas must not keep the content as high as it was.
    this.canvas.style.height = "0px";
    for (const [name, value] of [["width", this.content.clientWidth], ["height", this.content.clientHeight]]) {
      this.canvas[name] = Math.round(value * ratio);
      this.canvas.style[name] = `${value}px`;
    }
    this.canvas.setAttribute("aria-label", `Snapshots at ${this.rows.length} temperatures, measured and predicted`);
  }

  // ---- the picture

  draw() {
    const level = this.level, shown = Number(level.toFixed(2)).toFixed(2);
    this.readout.replaceChildren();
    writeSymbols(this.readout, `⟨C_B⟩ = ${shown}`);
    this.slider.value = 1 - level;
    this.slider.setAttribute("aria-valuetext", `mean propensity ${shown}`);
    if (this.gl && !this.gl.isContextLost()) this.renderers[0]?.clear();
    for (const row of this.rows) this.drawRow(row, level);
    if (!this.model.playing) requestAnimationFrame(() => { this.model.drawn = Number(level.toFixed(3)); });
  }

  drawRow({data, lines, spots, renderer, part}, level) {
    const top = this.scroll.scrollTop, seen = part.offsetTop < top + this.scroll.clientHeight && part.offsetTop + part.offsetHeight > top;
    if (!data.positions) {
      spots.forEach((spot, k) => this.say(spot, k ? data.words : ""));
      return;
    }
    const facts = factsAt(data, level, this.model.lowest);
    for (const [name, text] of Object.entries(facts)) if (lines[name].textContent !== text) lines[name].textContent = text;
    const lowest = data.measured_to, there = [level >= lowest - HELD, true];
    // A little below the last label time its picture stays, and says so.
    const held = there[0] && level < lowest - 0.005;
    this.say(spots[0], held ? `C = ${lowest.toFixed(2)}` : there[0] ? "" : data.missing, there[0]);
    this.say(spots[1], "", true);
    spots[0].classList.toggle("held", held);
    if (!renderer) spots.forEach((spot) => this.say(spot, "Snapshots need WebGL2, which this browser does not offer or has switched off."));
    if (!renderer || !seen || this.gl.isContextLost()) return;
    this.mix(renderer, data, level);
    const {ratio, side, colours} = this;
    const areas = spots.map((spot, k) => there[k] ? {left: Math.round(spot.offsetLeft * ratio),
      top: Math.round(spot.offsetTop * ratio), side: Math.round(side * ratio)} : null);
    const [bx, by] = data.box;
    renderer.draw(areas, {x: bx / 2, y: by / 2, width: Math.max(bx, by)}, {
      ground: channels(colours.ground), missing: channels(colours.missing), ink: channels(colours.ink),
      ring: channels(colours.text), frame: channels(colours.quiet), lineWidth: Math.max(1, Math.round(ratio)), shown: data.shown, selecting: false,
    });
  }

  say(spot, text, there = false) {
    spot.classList.toggle("empty", !there);
    const words = spot.firstChild;
    if (words.textContent !== text) words.textContent = text;
  }

  // Upload both panels' values at a level, between the two pictures around it.
  mix(renderer, data, level) {
    const n = renderer.count, values = new Uint8Array(2 * n).fill(NO_VALUE);
    const [before, share] = placeOf(level, this.model.lowest, data.times.length);
    renderer.frames.forEach((frames, k) => {
      if (!frames.length) return;
      const a = before * n, b = a + n;
      for (let i = 0; i < n; i++) {
        if (frames[a + i] !== NO_VALUE) values[k * n + i] = frames[a + i] + share * (frames[b + i] - frames[a + i]) + 0.5;
      }
    });
    renderer.setValues(values, 2);
  }
}

const ladders = new WeakMap();

export function render({model, view}) {
  ladders.get(view)?.remove();
  const component = new LadderComponent(model);
  ladders.set(view, component);
  model.on("remove", () => component.remove());
  return component.root;
}
