// Drawing of discs with WebGL2: buffers in, one picture with several panels out; and the index that finds a disc.
// One point a disc: software GL draws 82,560 points in a twentieth of the time of as many instanced quads.
// Joined with particles.js into one module by particles.py; it touches no DOM but its canvas.

const LARGEST_TYPE = 16;
const NO_VALUE = 255;

const VERTEX_SHADER = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in vec2 position;
layout(location = 1) in uint type;
layout(location = 2) in uint value;
layout(location = 3) in uint chosen;
uniform highp sampler2D palette;   // one row of 256 colours a panel
uniform int row;
uniform vec2 centre;               // middle of the panel, in length units
uniform float scale;               // device pixels per length unit
uniform float halfSize;            // half the viewport, in device pixels
uniform float radii[${LARGEST_TYPE + 1}];
uniform float rims[${LARGEST_TYPE + 1}];
uniform int shown;
uniform bool selecting;
uniform int layer;                 // 0: all discs, 1: the dimmed ones, 2: the others, which lie above
uniform vec3 ground;
uniform vec3 missing;
uniform vec3 ink;
uniform vec3 ring;
flat out vec3 fill;
flat out vec3 edge;
flat out vec3 shape;               // radius, inner edge of the rim and point size, in device pixels
void main() {
  float radius = radii[type] * scale;
  gl_PointSize = 2.0 * radius + 2.0;
  gl_Position = vec4((position - centre) * scale / halfSize, 0.0, 1.0);
  vec3 colour = value == ${NO_VALUE}u ? missing : texelFetch(palette, ivec2(value, row), 0).rgb;
  bool dimmed = (selecting && chosen == 0u) || (shown != 0 && int(type) != shown);
  if (layer != 0 && dimmed != (layer == 1)) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);   // outside: not drawn
  bool ringed = selecting && chosen != 0u && radius > 4.0;
  fill = dimmed ? mix(colour, ground, 0.84) : colour;
  edge = ringed ? ring : mix(fill, ink, dimmed ? 0.06 : rims[type] * smoothstep(2.0, 12.0, radius));
  float rim = radius < 3.0 ? 0.0 : ringed ? max(1.5, 0.16 * radius) : clamp(0.09 * radius, 0.6, 3.0);
  shape = vec3(radius, radius - rim, gl_PointSize);
}`;

const FRAGMENT_SHADER = `#version 300 es
precision highp float;
flat in vec3 fill;
flat in vec3 edge;
flat in vec3 shape;
out vec4 colour;
void main() {
  float distance = length(gl_PointCoord - 0.5) * shape.z;
  float cover = smoothstep(shape.x + 0.5, shape.x - 0.5, distance);
  vec3 paint = fill;
  if (shape.y < shape.x) paint = mix(fill, edge, smoothstep(shape.y - 0.5, shape.y + 0.5, distance));
  colour = vec4(paint, 1.0) * cover;
}`;

function compileProgram(gl) {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX_SHADER], [gl.FRAGMENT_SHADER, FRAGMENT_SHADER]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`particles: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}

// Particles whose disc crosses an edge of the box, once more for each image that reaches into the box.
function edgeImages(positions, types, radii, box) {
  const sources = [], images = [];
  for (let i = 0; i < types.length; i++) {
    const x = positions[2 * i], y = positions[2 * i + 1], r = radii[types[i] - 1];
    const dx = x < r ? box[0] : x > box[0] - r ? -box[0] : 0;
    const dy = y < r ? box[1] : y > box[1] - r ? -box[1] : 0;
    if (dx) { sources.push(i); images.push(x + dx, y); }
    if (dy) { sources.push(i); images.push(x, y + dy); }
    if (dx && dy) { sources.push(i); images.push(x + dx, y + dy); }
  }
  return {sources: Uint32Array.from(sources), images: Float32Array.from(images)};
}

// The renderer owns every GL object. `build` is called again after a lost context; the setters then upload anew.
class DiscRenderer {
  constructor(canvas) {
    // The buffer is kept so that a picture can be copied or read at any time after it was drawn.
    this.gl = canvas.getContext("webgl2", {
      alpha: true, antialias: false, depth: false, stencil: false, preserveDrawingBuffer: true,
    });
    this.canvas = canvas;
    this.count = 0;
    if (this.gl) this.build();
  }

  build() {
    const gl = this.gl;
    this.program = compileProgram(gl);
    this.uniforms = {};
    for (const name of ["palette", "row", "centre", "scale", "halfSize", "radii", "rims", "shown", "selecting", "layer",
      "ground", "missing", "ink", "ring"]) this.uniforms[name] = gl.getUniformLocation(this.program, name);
    this.buffers = {};
    this.sizes = {};
    for (const name of ["positions", "types", "values", "chosen"]) this.buffers[name] = gl.createBuffer();
    this.texture = gl.createTexture();
    this.vertexArray = gl.createVertexArray();
    this.limit = gl.getParameter(gl.ALIASED_POINT_SIZE_RANGE)?.[1] ?? 64;
  }

  // Diameter in device pixels up to which a disc can be drawn.
  get largestDisc() { return this.limit - 2; }

  get lost() { return this.gl.isContextLost(); }

  upload(name, data) {
    const gl = this.gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    if (this.sizes[name] === data.byteLength) gl.bufferSubData(gl.ARRAY_BUFFER, 0, data);
    else gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
    this.sizes[name] = data.byteLength;
  }

  // A copy of per-particle bytes, followed by those of the images at the edge.
  withImages(bytes, start = 0) {
    const out = new Uint8Array(this.count + this.sources.length);
    out.set(bytes.subarray(start, start + this.count));
    for (let k = 0; k < this.sources.length; k++) out[this.count + k] = bytes[start + this.sources[k]];
    return out;
  }

  setConfiguration(positions, types, radii, box) {
    const {sources, images} = edgeImages(positions, types, radii, box);
    Object.assign(this, {sources, radii, box, count: types.length});
    const all = new Float32Array(positions.length + images.length);
    all.set(positions);
    all.set(images, positions.length);
    this.upload("positions", all);
    this.upload("types", this.withImages(types));
    const gl = this.gl;
    gl.bindVertexArray(this.vertexArray);
    this.point(0, "positions", 0);
    for (const [location, name] of [[1, "types"], [2, "values"], [3, "chosen"]]) this.point(location, name, 0);
  }

  point(location, name, offset) {
    const gl = this.gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.enableVertexAttribArray(location);
    if (location === 0) gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, offset);
    else gl.vertexAttribIPointer(location, 1, gl.UNSIGNED_BYTE, 0, offset);
  }

  setValues(values, panels) {
    const stride = this.count + this.sources.length;
    const all = new Uint8Array(panels * stride);
    for (let panel = 0; panel < panels; panel++) all.set(this.withImages(values, panel * this.count), panel * stride);
    this.upload("values", all);
  }

  setChosen(flags) { this.upload("chosen", this.withImages(flags)); }

  setPalettes(palettes, panels) {
    const gl = this.gl, pixels = new Uint8Array(panels * 1024);
    for (let k = 0; k < panels * 256; k++) {
      const from = (3 * k) % palettes.length;
      pixels.set(palettes.subarray(from, from + 3), 4 * k);
    }
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, panels, 0, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
  }

  clearRectangle(x, y, width, height, colour) {
    const gl = this.gl;
    if (width <= 0 || height <= 0) return;
    gl.scissor(x, y, width, height);
    gl.clearColor(...colour, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  clear() {
    const gl = this.gl;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  // areas: one {left, top, side} a panel in device pixels from the canvas' upper left corner; null: not drawn.
  draw(areas, camera, look) {
    const gl = this.gl, u = this.uniforms;
    if (!this.count) return;
    gl.enable(gl.SCISSOR_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(this.program);
    gl.bindVertexArray(this.vertexArray);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    const perType = new Float32Array(LARGEST_TYPE + 1), rims = new Float32Array(LARGEST_TYPE + 1);
    // Types differ in the strength of their rim, for their sizes are close.
    this.radii.forEach((r, k) => { perType[k + 1] = r; rims[k + 1] = [0.22, 0.78, 0.5][k % 3]; });
    gl.uniform1fv(u.radii, perType);
    gl.uniform1fv(u.rims, rims);
    gl.uniform2f(u.centre, camera.x, camera.y);
    gl.uniform1i(u.shown, look.shown);
    gl.uniform1i(u.selecting, look.selecting ? 1 : 0);
    for (const name of ["ground", "missing", "ink", "ring"]) gl.uniform3fv(u[name], look[name]);
    areas.forEach((area, panel) => area && this.drawPanel(area, panel, camera, look));
  }

  drawPanel({left, top, side}, panel, camera, look) {
    const gl = this.gl, u = this.uniforms, scale = side / camera.width;
    const bottom = this.canvas.height - top - side;
    // Discs are clipped at the box, where their periodic image continues them on the other side.
    const screen = (value, middle, start) => start + Math.round(side / 2 + (value - middle) * scale);
    const x0 = screen(0, camera.x, left), x1 = screen(this.box[0], camera.x, left);
    const y0 = screen(0, camera.y, bottom), y1 = screen(this.box[1], camera.y, bottom);
    const clip = [Math.max(x0, left), Math.max(y0, bottom)];
    clip.push(Math.min(x1, left + side) - clip[0], Math.min(y1, bottom + side) - clip[1]);
    this.clearRectangle(...clip, look.ground);
    if (clip[2] <= 0 || clip[3] <= 0) return;
    // A point is dropped when its centre leaves the viewport: the margin keeps discs that reach in from outside.
    const margin = Math.ceil(Math.max(...this.radii) * scale) + 2;
    gl.viewport(left - margin, bottom - margin, side + 2 * margin, side + 2 * margin);
    gl.scissor(...clip);
    gl.uniform1i(u.row, panel);
    gl.uniform1f(u.scale, scale);
    gl.uniform1f(u.halfSize, side / 2 + margin);
    this.point(2, "values", panel * (this.count + this.sources.length));
    for (const layer of look.selecting || look.shown ? [1, 2] : [0]) {
      gl.uniform1i(u.layer, layer);
      gl.drawArrays(gl.POINTS, 0, this.count + this.sources.length);
    }
    const line = look.lineWidth, inside = (v, from) => v >= from && v <= from + side;
    if (inside(x0, left)) this.clearRectangle(x0 - line, clip[1], line, clip[3], look.frame);
    if (inside(x1, left)) this.clearRectangle(x1, clip[1], line, clip[3], look.frame);
    if (inside(y0, bottom)) this.clearRectangle(clip[0], y0 - line, clip[2], line, look.frame);
    if (inside(y1, bottom)) this.clearRectangle(clip[0], y1, clip[2], line, look.frame);
  }

  // Resolves once the graphics processor has finished what was sent so far.
  finished() {
    const gl = this.gl, fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    return new Promise((resolve) => {
      const poll = () => {
        const state = this.lost ? gl.WAIT_FAILED : gl.clientWaitSync(fence, 0, 0);
        if (state === gl.TIMEOUT_EXPIRED) return void setTimeout(poll, 4);
        gl.deleteSync(fence);
        resolve(state !== gl.WAIT_FAILED);
      };
      poll();
    });
  }

  release() { this.gl?.getExtension("WEBGL_lose_context")?.loseContext(); }
}

// Uniform grid over the periodic box: finds the disc under a point without reading pixels.
class GridIndex {
  constructor(positions, types, radii, box) {
    Object.assign(this, {positions, types, radii, box});
    const cell = Math.max(2 * Math.max(...radii), 1e-9);
    this.cells = box.map((edge) => Math.max(1, Math.min(2048, Math.floor(edge / cell))));
    const [nx, ny] = this.cells, n = types.length;
    this.start = new Uint32Array(nx * ny + 1);
    const home = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      home[i] = this.cellOf(positions[2 * i], 0) + nx * this.cellOf(positions[2 * i + 1], 1);
      this.start[home[i] + 1]++;
    }
    for (let c = 0; c < nx * ny; c++) this.start[c + 1] += this.start[c];
    const next = this.start.slice(0, nx * ny);
    this.members = new Uint32Array(n);
    for (let i = 0; i < n; i++) this.members[next[home[i]]++] = i;
  }

  cellOf(coordinate, axis) {
    const n = this.cells[axis];
    return Math.min(n - 1, Math.max(0, Math.floor(coordinate / this.box[axis] * n)));
  }

  // The particle whose edge lies deepest around (x, y); discs smaller than `reach` are caught within `reach`.
  pick(x, y, reach, shown) {
    const {box, positions, types, radii, cells: [nx, ny]} = this;
    if (x < 0 || y < 0 || x > box[0] || y > box[1]) return -1;
    const spans = [0, 1].map((axis) => {
      const n = this.cells[axis], steps = Math.ceil(Math.max(reach, Math.max(...radii)) * n / box[axis]);
      // A box of few cells is searched whole, each cell once.
      return 2 * steps + 1 >= n ? [0, n - 1] : [this.cellOf(axis ? y : x, axis) - steps, 2 * steps];
    });
    let best = -1, depth = 0;
    for (let b = 0; b <= spans[1][1]; b++) for (let a = 0; a <= spans[0][1]; a++) {
      const cell = (spans[0][0] + a + nx) % nx + nx * ((spans[1][0] + b + ny) % ny);
      for (let k = this.start[cell]; k < this.start[cell + 1]; k++) {
        const i = this.members[k];
        if (shown && types[i] !== shown) continue;
        let dx = positions[2 * i] - x, dy = positions[2 * i + 1] - y;
        dx -= box[0] * Math.round(dx / box[0]);
        dy -= box[1] * Math.round(dy / box[1]);
        const gap = Math.hypot(dx, dy) - Math.max(radii[types[i] - 1], reach);
        if (gap < depth) { depth = gap; best = i; }
      }
    }
    return best;
  }

  // Indices of the particles whose centre lies inside a closed polygon [[x, y], ...].
  inside(polygon, shown) {
    const {positions, types} = this, found = [];
    const xs = polygon.map((p) => p[0]), ys = polygon.map((p) => p[1]);
    const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    for (let i = 0; i < types.length; i++) {
      const x = positions[2 * i], y = positions[2 * i + 1];
      if (x < x0 || x > x1 || y < y0 || y > y1 || (shown && types[i] !== shown)) continue;
      let within = false;
      for (let a = 0, b = polygon.length - 1; a < polygon.length; b = a++) {
        if (ys[a] > y !== ys[b] > y && x < (xs[b] - xs[a]) * (y - ys[a]) / (ys[b] - ys[a]) + xs[a]) within = !within;
      }
      if (within) found.push(i);
    }
    return found;
  }
}
