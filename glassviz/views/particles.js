// The component around the drawing: layout of the panels, camera, selection, hover, colour bars.

const SMALLEST_PANEL = 250, CAMERA_WAIT = 200, HOVER_WAIT = 50;

// Titles grow with the type of the page.
const titleHeight = () => 30 / 16 * parseFloat(getComputedStyle(document.documentElement).fontSize);

class ParticleComponent {
  constructor(model) {
    this.model = model;
    this.dirty = new Set(["configuration", "values", "palettes", "selection", "layout", "bars"]);
    this.camera = null;            // {x, y, width}; null: the whole box
    this.areas = [];
    this.hovered = -1;
    this.flags = new Uint8Array(0);
    this.buildPage();
    this.renderer = new DiscRenderer(this.canvas);
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.canvas.addEventListener("webglcontextrestored", () => {
      this.renderer.build();
      this.change("configuration", "values", "palettes", "selection");
    });
    this.gestures = new Gestures(this);
    const react = {
      configuration: ["positions", "types", "radii", "box", "dimension"], values: ["values"], palettes: ["palettes"],
      selection: ["selected"], layout: ["titles", "largest", "beside"], bars: ["scales"], look: ["dark", "shown_type", "followed"],
    };
    for (const [part, names] of Object.entries(react)) model.on(names, () => this.change(part));
    model.on("frame", () => this.change("frame"));
    model.on("camera", () => this.takeCamera());
    model.on(["hover_text", "hover_of"], () => this.writeTip());
    this.takeCamera();
  }

  buildPage() {
    this.root = element("div", {class: "root"});
    element("style", {text: STYLE}, this.root);
    this.stage = element("div", {class: "stage"}, this.root);
    this.canvas = element("canvas", {tabindex: "0", role: "img"}, this.stage);
    this.overlay = element("svg", {"aria-hidden": "true"}, this.stage);
    this.loop = element("polygon", {"fill-opacity": "0.12", "stroke-width": "1.5", "stroke-dasharray": "5 3"}, this.overlay);
    this.tools = element("div", {class: "tools"}, this.stage);
    this.lassoButton = element("button", {type: "button", text: "Lasso", "aria-pressed": "false",
      title: "Draw around particles to select them (Shift-drag does the same)"}, this.tools);
    const whole = element("button", {type: "button", text: "Whole box", title: "Show the whole box (key 0)"}, this.tools);
    this.tip = element("div", {class: "tip", hidden: ""}, this.stage);
    this.tipHead = element("b", {}, this.tip);
    this.tipBody = element("span", {}, this.tip);
    this.notice = element("p", {class: "notice", role: "status", hidden: ""}, this.root);
    this.bars = element("div", {class: "bars"}, this.root);
    this.lassoButton.addEventListener("click", () => this.setLasso(!this.lassoing));
    whole.addEventListener("click", () => this.moveCamera(null));
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(this.root);
    this.onWindow = () => this.change("layout");
    window.addEventListener("resize", this.onWindow);
  }

  remove() {
    this.sizes.disconnect();
    window.removeEventListener("resize", this.onWindow);
    cancelAnimationFrame(this.request);
    this.gestures.stop();
    this.renderer.release();
  }

  resized() {
    const width = this.root.clientWidth, now = performance.now();
    if (width === this.width) return;
    // A scroll bar that our own height makes come and go would change the width for ever.
    if (width === this.previousWidth && width > this.width && now - this.resizedAt < 500) return;
    Object.assign(this, {previousWidth: this.width, width, resizedAt: now});
    this.change("layout");
  }

  change(...parts) {
    for (const part of parts) this.dirty.add(part);
    this.request ??= requestAnimationFrame(() => { this.request = null; this.update(); });
  }

  get panels() { return Math.max(1, this.model.titles.length); }
  get colours() { return this.model.esm_constants[this.model.dark ? "dark" : "light"]; }

  problem() {
    if (!this.renderer.gl) return "Snapshots need WebGL2, which this browser does not offer or has switched off.";
    if (this.model.dimension === 3) return "Three-dimensional snapshots are not drawn yet.";
    return "";
  }

  update() {
    const problem = this.problem(), dirty = this.dirty;
    this.notice.textContent = problem;
    this.notice.hidden = !problem;
    this.stage.hidden = this.bars.hidden = Boolean(problem);
    for (const [name, colour] of Object.entries(this.colours)) this.root.style.setProperty(`--${name}`, colour);
    if (problem) { this.dirty.clear(); this.model.drawn = this.model.frame; return; }
    if (this.renderer.lost || !this.root.clientWidth) return;   // what is dirty waits for a context and a size
    if (dirty.has("configuration")) this.takeConfiguration();
    if (dirty.has("configuration") || dirty.has("values") || dirty.has("layout")) this.takeValues();
    if (dirty.has("palettes") || dirty.has("layout")) this.renderer.setPalettes(this.paletteBytes(), this.panels);
    if (dirty.has("configuration") || dirty.has("selection")) this.takeSelection();
    // A liquid that moves keeps its panels: they are built anew for another layout or number of particles alone.
    if (dirty.has("layout") || this.arranged !== this.types.length) this.arrange();
    if (dirty.has("bars") || dirty.has("palettes") || dirty.has("layout")) this.drawBars();
    dirty.clear();
    this.draw();
  }

  takeConfiguration() {
    const {model} = this, raw = bytesOf(model.positions);
    this.positions = new Float32Array(raw.slice().buffer);
    this.types = bytesOf(model.types);
    this.renderer.setConfiguration(this.positions, this.types, model.radii, model.box);
    this.index = this.types.length ? new GridIndex(this.positions, this.types, model.radii, model.box) : null;
  }

  takeValues() {
    const values = bytesOf(this.model.values), expected = this.panels * this.types.length;
    // Values of another configuration or panel count are never shown on this one.
    this.renderer.setValues(values.length === expected ? values : new Uint8Array(expected).fill(NO_VALUE), this.panels);
  }

  paletteBytes() {
    const palettes = bytesOf(this.model.palettes);
    return palettes.length === 768 || palettes.length === 768 * this.panels ? palettes : new Uint8Array(768).fill(154);
  }

  takeSelection() {
    this.flags = new Uint8Array(this.types.length);
    for (const i of this.model.selected) if (i >= 0 && i < this.flags.length) this.flags[i] = 1;
    this.renderer.setChosen(this.flags);
  }

  arrange() {
    const width = this.width = this.root.clientWidth, n = this.panels, ratio = Math.min(2, window.devicePixelRatio || 1);
    const fits = (columns) => Math.floor((width - GAP * (columns - 1)) / columns);
    const columns = [n, Math.ceil(n / 2)].find((k) => fits(k) >= SMALLEST_PANEL) ?? 1;
    const largest = this.model.largest || Math.max(SMALLEST_PANEL, window.innerHeight - this.model.beside);
    const side = Math.max(1, Math.min(fits(columns), largest));
    const rows = Math.ceil(n / columns), height = rows * (side + titleHeight()) + (rows - 1) * GAP;
    this.columns = columns;
    this.side = side;
    this.arranged = this.types.length;
    this.ratio = ratio;
    this.stage.style.height = `${height}px`;
    for (const [name, value] of [["width", width], ["height", height]]) {
      const device = Math.round(value * ratio);
      if (this.canvas[name] !== device) this.canvas[name] = device;
      this.canvas.style[name] = `${value}px`;
      this.overlay.setAttribute(name, value);
    }
    this.tools.style.right = `${width - columns * side - (columns - 1) * GAP}px`;
    this.canvas.setAttribute("aria-label", `Snapshot of ${this.types.length} particles: ${this.model.titles.join(", ")}. `
      + "Drag to move, wheel or + and − to zoom, 0 for the whole box, Shift-drag to select, Escape to clear.");
    this.areas.forEach((area) => { area.panel.remove(); area.frame.remove(); });
    this.areas = this.model.titles.map((title, k) => this.buildPanel(title, k));
  }

  buildPanel(title, k) {
    const {side, columns} = this, left = (k % columns) * (side + GAP);
    const top = Math.floor(k / columns) * (side + titleHeight() + GAP) + titleHeight();
    const panel = element("div", {class: "panel", style: `left:${left}px;top:${top}px;width:${side}px;height:${side}px`});
    this.stage.insertBefore(panel, this.tools);
    const heading = element("div", {class: "title"}, panel);
    writeSymbols(heading, title);
    // The buttons stand over the last panel of the first row.
    if (k === columns - 1) heading.style.right = `${this.tools.offsetWidth + 8}px`;
    const ruler = element("div", {class: "ruler"}, panel);
    const label = element("span", {}, ruler), line = element("i", {}, ruler);
    const frame = element("svg", {x: left, y: top, width: side, height: side, overflow: "hidden"}, this.overlay);
    frame.style.overflow = "hidden";
    const ring = () => element("circle", {fill: "none", "stroke-width": "2"}, frame);
    return {left, top, side, panel, label, line, frame, hoverRing: ring(), followRing: ring()};
  }

  drawBars() {
    this.bars.replaceChildren();
    this.bars.style.gridTemplateColumns = `repeat(${this.columns}, ${this.side}px)`;
    const palettes = this.paletteBytes();
    for (const scale of this.model.scales) {
      const bar = element("div", {class: "bar"}, this.bars), panels = scale.panels ?? [0];
      const across = panels.map((k) => k % this.columns);
      bar.style.gridColumn = `${Math.min(...across) + 1} / ${Math.max(...across) + 2}`;
      writeSymbols(element("span", {class: "name"}, bar), scale.label);
      const line = element("span", {class: "line"}, bar);
      writeSymbols(element("span", {}, line), `${numeral(scale.low)} ${scale.low_text ?? ""}`);
      const from = (768 * panels[0]) % palettes.length;
      const stops = Array.from({length: 33}, (_, k) => 3 * Math.min(254, 8 * k) + from)
        .map((at) => `rgb(${palettes.slice(at, at + 3).join(",")})`);
      element("span", {class: "ramp", style: `background:linear-gradient(to right,${stops.join(",")})`}, line);
      writeSymbols(element("span", {}, line), `${numeral(scale.high)} ${scale.high_text ?? ""}`);
    }
  }

  // ---- camera: {x, y, width} in length units, shared by all panels

  // The narrowest and the widest view.
  widths() {
    const diameter = 2 * Math.max(0, ...this.model.radii);
    const nearest = diameter * Math.max(2, (this.side ?? 0) * (this.ratio ?? 1) / this.renderer.largestDisc);
    return [nearest, 1.008 * Math.max(...this.model.box)];
  }

  view() {
    const [bx, by] = this.model.box, [least, whole] = this.widths();
    const camera = this.camera ?? {x: bx / 2, y: by / 2, width: whole};
    const width = Math.min(whole, Math.max(least, camera.width));
    const hold = (middle, edge) => width >= edge ? edge / 2
      : Math.min(edge - width / 2 + 0.004 * edge, Math.max(width / 2 - 0.004 * edge, middle));
    return {x: hold(camera.x, bx), y: hold(camera.y, by), width};
  }

  takeCamera() {
    const given = this.model.camera;
    if (given === this.sentCamera) return;
    this.hover(-1);
    this.camera = given?.length === 3 ? {x: given[0], y: given[1], width: given[2]} : null;
    this.change("camera");
  }

  moveCamera(camera) {
    this.camera = camera;
    this.camera = camera && this.view();
    this.change("camera");
    clearTimeout(this.cameraTimer);
    this.cameraTimer = setTimeout(() => {
      this.sentCamera = this.camera ? [this.camera.x, this.camera.y, this.camera.width] : [];
      this.model.camera = this.sentCamera;
    }, CAMERA_WAIT);
  }

  toWorld(area, px, py) {
    const {x, y, width} = this.view(), unit = width / area.side;
    return [x + (px - area.left - area.side / 2) * unit, y - (py - area.top - area.side / 2) * unit];
  }

  toPanel(area, i) {
    const {x, y, width} = this.view(), scale = area.side / width;
    return [area.side / 2 + (this.positions[2 * i] - x) * scale, area.side / 2 - (this.positions[2 * i + 1] - y) * scale];
  }

  // ---- selection and hover

  select(indices) { this.model.selected = indices; }

  setLasso(on) {
    this.lassoing = on;
    this.lassoButton.setAttribute("aria-pressed", String(on));
    this.canvas.classList.toggle("lasso", on);
  }

  pick(area, px, py) {
    if (!area || !this.index) return -1;
    return this.index.pick(...this.toWorld(area, px, py), 3 * this.view().width / area.side, this.model.shown_type);
  }

  hover(i, px = 0, py = 0) {
    if (i !== this.hovered) {
      this.hovered = i;
      // At most one message in HOVER_WAIT; the last one always goes out.
      this.hoverTimer ??= setTimeout(() => { this.hoverTimer = null; this.model.hovered = this.hovered; }, HOVER_WAIT);
      this.placeRings();
    }
    this.writeTip();
    if (i < 0) return;
    const {offsetWidth: w, offsetHeight: h} = this.tip;
    this.tip.style.left = `${px + 16 + w > this.width ? Math.max(0, px - 12 - w) : px + 16}px`;
    this.tip.style.top = `${py + 16 + h > this.stage.offsetHeight ? py - 12 - h : py + 16}px`;
  }

  writeTip() {
    const i = this.hovered;
    this.tip.hidden = i < 0 || !this.types || i >= this.types.length;
    if (this.tip.hidden) return;
    this.tipHead.textContent = `particle ${i} · type ${this.types[i]}`;
    // Python answers for one particle; its answer is not shown beside another.
    this.tipBody.replaceChildren();
    if (this.model.hover_of === i) writeSymbols(this.tipBody, this.model.hover_text);
  }

  placeRings() {
    const scale = this.side / this.view().width;
    for (const area of this.areas) {
      for (const [ring, i, dash] of [[area.hoverRing, this.hovered, ""], [area.followRing, this.model.followed, "4 3"]]) {
        const there = i >= 0 && i < this.types.length;
        ring.setAttribute("visibility", there ? "visible" : "hidden");
        if (!there) continue;
        const [x, y] = this.toPanel(area, i);
        const size = {cx: x, cy: y, r: Math.max(5, this.model.radii[this.types[i] - 1] * scale + 2)};
        for (const [name, value] of Object.entries({...size, stroke: this.colours.text, "stroke-dasharray": dash}))
          ring.setAttribute(name, value);
      }
    }
  }

  // ---- the picture

  draw() {
    const {model, ratio, colours} = this, camera = this.view();
    const areas = this.areas.map(({left, top, side}) =>
      ({left: Math.round(left * ratio), top: Math.round(top * ratio), side: Math.round(side * ratio)}));
    this.renderer.clear();
    this.renderer.draw(areas, camera, {
      ground: channels(colours.ground), missing: channels(colours.missing), ink: channels(colours.ink),
      ring: channels(colours.text), frame: channels(colours.quiet), lineWidth: Math.max(1, Math.round(ratio)), shown: model.shown_type,
      selecting: this.flags.includes(1),
    });
    this.loop.setAttribute("stroke", colours.text);
    this.loop.setAttribute("fill", colours.text);
    const length = roundLength(0.24 * camera.width);
    for (const area of this.areas) {
      area.label.textContent = `${numeral(length)} σ₁₁`;
      area.line.style.width = `${length * area.side / camera.width}px`;
    }
    this.placeRings();
    const frame = model.frame;
    if (frame === this.reported) return;
    this.renderer.finished().then((done) => {
      if (!done || frame === this.reported) return;
      this.reported = frame;
      model.drawn = frame;
    });
  }
}

const components = new WeakMap();

export function render({model, view}) {
  // A second rendering of the same view replaces the first, whose graphics context must go.
  components.get(view)?.remove();
  const component = new ParticleComponent(model);
  components.set(view, component);
  model.on("remove", () => component.remove());
  return component.root;
}
