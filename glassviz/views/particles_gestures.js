// Pointer and keyboard on the canvas of the particle view: move, zoom, click, lasso.

const CLICK_RADIUS = 4, CLICK_WAIT = 260;

class Gestures {
  constructor(owner) {
    this.owner = owner;
    this.pointers = new Map();     // id -> [x, y] of the pointers that are down
    this.drag = null;
    const canvas = owner.canvas;
    for (const [name, handler] of [["pointerdown", "down"], ["pointermove", "move"], ["pointerup", "up"],
      ["pointercancel", "cancel"], ["pointerleave", "leave"], ["dblclick", "double"], ["keydown", "key"]]) {
      canvas.addEventListener(name, (event) => this[handler](event, ...this.place(event)));
    }
    canvas.addEventListener("wheel", (event) => this.wheel(event, ...this.place(event)), {passive: false});
  }

  stop() {
    clearTimeout(this.clearTimer);
    clearTimeout(this.owner.cameraTimer);
    clearTimeout(this.owner.hoverTimer);
  }

  place(event) {
    const box = this.owner.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  area(x, y) {
    return this.owner.areas.find((a) => x >= a.left && x < a.left + a.side && y >= a.top && y < a.top + a.side);
  }

  down(event, x, y) {
    const {owner} = this, area = this.area(x, y);
    if (!area || event.button !== 0) return;
    this.pointers.set(event.pointerId, [x, y]);
    owner.canvas.setPointerCapture(event.pointerId);
    const lasso = owner.lassoing || event.shiftKey;
    this.drag = {area, from: [x, y], start: owner.view(), points: lasso ? [[x, y]] : null, moved: false,
      add: event.ctrlKey || event.metaKey || (owner.lassoing && event.shiftKey)};
    owner.hover(-1);
  }

  move(event, x, y) {
    const {owner, drag} = this;
    if (!drag) { const area = this.area(x, y); owner.hover(owner.pick(area, x, y), x, y); return; }
    if (this.pointers.size === 2) { this.pinch(event, x, y); return; }
    if (!drag.moved && Math.hypot(x - drag.from[0], y - drag.from[1]) < CLICK_RADIUS) return;
    drag.moved = true;
    if (drag.points) {
      const {left, top, side} = drag.area;
      drag.points.push([Math.min(left + side, Math.max(left, x)), Math.min(top + side, Math.max(top, y))]);
      owner.loop.setAttribute("points", drag.points.join(" "));
      return;
    }
    owner.canvas.classList.add("moving");
    const unit = drag.start.width / drag.area.side;
    owner.moveCamera({x: drag.start.x - (x - drag.from[0]) * unit, y: drag.start.y + (y - drag.from[1]) * unit,
      width: drag.start.width});
  }

  pinch(event, x, y) {
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
    const before = this.pointers.get(event.pointerId);
    const distance = (p) => Math.max(1, Math.hypot(p[0] - other[0], p[1] - other[1]));
    this.zoom(distance(before) / distance([x, y]), (x + other[0]) / 2, (y + other[1]) / 2, this.drag.area);
    this.pointers.set(event.pointerId, [x, y]);
    this.drag.moved = true;
    this.drag.points = null;
    // The finger that stays moves the picture from here on.
    Object.assign(this.drag, {from: other, start: this.owner.view()});
  }

  up(event, x, y) {
    const {owner, drag} = this;
    this.pointers.delete(event.pointerId);
    if (!drag || this.pointers.size) return;
    this.cancel();
    if (!drag.moved) this.click(drag, event, x, y);
    else if (drag.points) {
      const inside = owner.index.inside(drag.points.map(([px, py]) => owner.toWorld(drag.area, px, py)), owner.model.shown_type);
      owner.select(drag.add ? [...new Set([...owner.model.selected, ...inside])].sort((a, b) => a - b) : inside);
    }
  }

  click(drag, event, x, y) {
    const {owner} = this, i = owner.pick(drag.area, x, y), old = owner.model.selected;
    const adding = event.shiftKey || event.ctrlKey || event.metaKey;
    if (i >= 0 && adding) owner.select(old.includes(i) ? old.filter((k) => k !== i) : [...old, i]);
    else if (i >= 0) owner.select([i]);
    // A double click on empty space shows the whole box and keeps the selection.
    else if (!adding && old.length) this.clearTimer = setTimeout(() => owner.select([]), CLICK_WAIT);
  }

  double(event, x, y) {
    const {owner} = this, area = this.area(x, y);
    if (!area || event.shiftKey) return;
    clearTimeout(this.clearTimer);
    const i = owner.pick(area, x, y);
    if (i >= 0) owner.model.followed = i;
    else owner.moveCamera(null);
  }

  cancel(event) {
    if (event) this.pointers.delete(event.pointerId);
    this.drag = null;
    this.owner.loop.setAttribute("points", "");
    this.owner.canvas.classList.remove("moving");
  }

  leave() { if (!this.drag) this.owner.hover(-1); }

  zoom(factor, x, y, area) {
    const {owner} = this, before = owner.toWorld(area, x, y), {x: cx, y: cy, width} = owner.view();
    const [least, most] = owner.widths();
    const ratio = Math.min(most, Math.max(least, width * factor)) / width;
    // The point under the pointer stays where it is.
    owner.moveCamera({x: before[0] + (cx - before[0]) * ratio, y: before[1] + (cy - before[1]) * ratio, width: width * ratio});
  }

  wheel(event, x, y) {
    const area = this.area(x, y);
    if (!area) return;
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1);
    this.zoom(Math.exp(Math.max(-300, Math.min(300, pixels)) * 0.0015), x, y, area);
    this.owner.hover(-1);
  }

  key(event) {
    const {owner} = this, first = owner.areas[0];
    if (!first || event.ctrlKey || event.metaKey || event.altKey) return;
    const centre = [first.left + first.side / 2, first.top + first.side / 2];
    const arrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};
    if (event.key === "0") owner.moveCamera(null);
    else if (event.key === "+" || event.key === "=") this.zoom(0.8, ...centre, first);
    else if (event.key === "-") this.zoom(1.25, ...centre, first);
    // Plain arrows belong to the page: time and configuration.
    else if (event.shiftKey && arrows[event.key]) {
      const {x, y, width} = owner.view(), [dx, dy] = arrows[event.key];
      owner.moveCamera({x: x + 0.1 * width * dx, y: y + 0.1 * width * dy, width});
    } else if (event.key === "Escape") {
      if (this.drag) this.cancel();
      else { owner.setLasso(false); if (owner.model.selected.length) owner.select([]); }
      return;                      // the page may clear its own selection too
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
