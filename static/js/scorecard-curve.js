// One curve: the table of points is the truth, the drawing follows it and changes it.
// Points are moved with the pointer or, focused, with the arrow keys.

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 0.08;

const number = (text) => {
  const plain = text.trim().replace("−", "-").replace(/\u00a0/g, "");
  return plain === "" ? NaN : Number(plain);
};
const said = (value) => String(Number(value.toFixed(6)));
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const filled = (words, parts) => words.replace(/\{(\w+)\}/g, (_, name) => parts[name]);

function draw(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}

// 1, 2 or 5 times a power of ten, at most a hundredth of the span.
function stepFor(span) {
  const rough = span / 100 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [5, 2, 1].map((times) => times * power).find((step) => step <= rough * 1.0001) ?? power;
}

export class CurveEditor {
  constructor(article, { bands, changed, say, words }) {
    Object.assign(this, { article, bands, changed, say, words });
    this.plot = article.querySelector("[data-plot]");
    this.body = article.querySelector("[data-points]");
    this.path = article.querySelector("[data-curve]").dataset.curve;
    this.unit = article.dataset.unit;
    this.spread = JSON.parse(article.dataset.spread || "[]");
    this.readout = article.querySelector("[data-readout]");
    this.middle = article.querySelector("[data-middle]");
    this.mini = article.querySelector("[data-mini]");
    this.flagOp = article.querySelector("[data-flag-op]");
    this.flagValue = article.querySelector("[data-flag-value]");
    this.held = null;
    this.listen();
    this.draw();
  }

  rows() {
    return [...this.body.rows].map((row) => ({
      row, x: row.querySelector("[data-x]"), y: row.querySelector("[data-y]"),
    }));
  }

  points() {
    return this.rows().map(({ x, y }) => ({ value: number(x.value), score: number(y.value) }));
  }

  isDrawable(points) {
    return points.length > 0 && points.every(({ value, score }, index) =>
      Number.isFinite(value) && score >= 0 && score <= 100 &&
      (index === 0 || value > points[index - 1].value));
  }

  scoreAt(points, value) {
    if (value <= points[0].value) return points[0].score;
    for (let index = 1; index < points.length; index += 1) {
      const before = points[index - 1];
      const after = points[index];
      if (value <= after.value) {
        const part = (value - before.value) / (after.value - before.value);
        return before.score + part * (after.score - before.score);
      }
    }
    return points.at(-1).score;
  }

  say_value(value) {
    const figure = Number(value.toFixed(4)).toLocaleString("en", { maximumFractionDigits: 4 }).replace("-", "−");
    return this.unit ? `${figure}\u00a0${this.unit}` : figure;
  }

  // --- geometry ---------------------------------------------------------------------

  // While a point is held the axis stands still; it settles when it is let go.
  range(points) {
    if (this.held && this.frame) return this.frame;
    const values = points.map(({ value }) => value);
    const flag = this.flag();
    if (flag !== null) values.push(flag);
    if (this.unit === "%") values.push(0, 100);
    if (this.spread.length) values.push(this.spread[2], this.spread.at(-3));
    const low = Math.min(...values);
    const high = Math.max(...values);
    const span = high > low ? high - low : Math.abs(low) || 1;
    this.frame = { left: low - MARGIN * span, width: span * (1 + 2 * MARGIN), step: stepFor(span) };
    return this.frame;
  }

  flag() {
    const value = number(this.flagValue.value);
    return this.flagOp.value && Number.isFinite(value) ? value : null;
  }

  place(value) {
    return (100 * (value - this.frame.left)) / this.frame.width;
  }

  draw() {
    const points = this.points();
    if (!this.isDrawable(points)) return;
    this.range(points);
    const focused = this.dots?.indexOf(document.activeElement) ?? -1;
    if (!this.svg) this.make();
    this.drawGround();
    const inner = points.map(({ value, score }) => [10 * this.place(value), 100 - score]);
    const path = inner.map(([x, y]) => `${x.toFixed(2)} ${y}`).join("L");
    this.line.setAttribute("d", `M${path}`);
    this.flat.setAttribute("d", `M0 ${inner[0][1]}H${inner[0][0]}M${inner.at(-1).join(" ")}H1000`);
    this.mini?.setAttribute("d", `M0 ${inner[0][1]}L${path}L1000 ${inner.at(-1)[1]}`);
    this.drawDots(points);
    this.drawTicks(points);
    this.sayMiddle(points);
    if (focused >= 0) this.dots[Math.min(focused, this.dots.length - 1)]?.focus({ preventScroll: true });
  }

  make() {
    this.plot.replaceChildren();
    this.svg = draw("svg", { width: "100%", height: "100%", role: "group", "aria-label": this.plot.dataset.label }, this.plot);
    this.ground = draw("g", {}, this.svg);
    const lines = draw("svg", { viewBox: "0 0 1000 100", preserveAspectRatio: "none", width: "100%", height: "100%" }, this.svg);
    this.flat = draw("path", { class: "flat" }, lines);
    this.line = draw("path", { class: "line" }, lines);
    this.axis = draw("g", {}, this.svg);
    this.handles = draw("g", {}, this.svg);
    this.dots = [];
    for (const [y, words] of [["0", "100"], ["50%", "50"], ["100%", "0"]]) {
      draw("text", { class: "axis", x: -8, y, dy: ".35em", "text-anchor": "end" }, this.svg).textContent = words;
    }
  }

  drawGround() {
    this.ground.replaceChildren();
    let upper = 100;
    for (const { key, lower } of this.bands()) {
      if (!(lower >= 0 && lower < upper)) continue;
      draw("rect", { class: `ground-${key}`, y: `${100 - upper}%`, width: "100%", height: `${upper - lower}%` }, this.ground);
      upper = lower;
    }
    for (const value of this.spread) {
      const x = this.place(value);
      if (x >= 0 && x <= 100) draw("line", { class: "rug", x1: `${x}%`, x2: `${x}%`, y1: "94%", y2: "100%" }, this.ground);
    }
    const flag = this.flag();
    if (flag !== null) {
      const x = `${this.place(flag)}%`;
      draw("line", { class: "flag", x1: x, x2: x, y1: "0", y2: "100%" }, this.ground);
    }
  }

  drawDots(points) {
    while (this.dots.length > points.length) this.dots.pop().remove();
    while (this.dots.length < points.length) this.dots.push(this.makeDot());
    points.forEach(({ value, score }, index) => {
      const dot = this.dots[index];
      const x = `${this.place(value)}%`;
      for (const circle of dot.children) {
        circle.setAttribute("cx", x);
        circle.setAttribute("cy", `${100 - score}%`);
      }
      dot.setAttribute("aria-valuenow", score);
      dot.setAttribute("aria-valuetext", filled(this.words.wordsMoved, { value: this.say_value(value), score: said(score) }));
      dot.setAttribute("aria-label", filled(this.words.wordsPoint, { n: index + 1, of: points.length, value: this.say_value(value), score: said(score) }));
    });
  }

  makeDot() {
    const dot = draw("g", { class: "point", tabindex: "0", role: "slider", "aria-valuemin": "0", "aria-valuemax": "100", "aria-orientation": "vertical" }, this.handles);
    draw("circle", { class: "grip", r: 14 }, dot);
    draw("circle", { class: "dot", r: 5.5 }, dot);
    return dot;
  }

  drawTicks(points) {
    this.axis.replaceChildren();
    let last = -Infinity;
    const places = points.map(({ value }) => [this.place(value), this.say_value(value)]);
    places.forEach(([x, words], index) => {
      const isEnd = index === places.length - 1;
      if (x - last < 11 || (!isEnd && index > 0 && places.at(-1)[0] - x < 11)) return;
      last = x;
      draw("text", { class: "axis", x: `${x}%`, y: "100%", dy: "1.5em", "text-anchor": "middle" }, this.axis).textContent = words;
    });
  }

  sayMiddle(points) {
    if (!this.spread.length) return;
    const value = Number(this.spread[(this.spread.length - 1) / 2].toPrecision(3));
    const score = Math.round(this.scoreAt(points, value));
    this.middle.textContent = filled(this.words.wordsMiddle, { value: this.say_value(value), score });
  }

  // --- changing ---------------------------------------------------------------------

  put(index, value, score, isSaid = true) {
    const rows = this.rows();
    const points = this.points();
    const step = this.frame.step;
    const low = index > 0 ? points[index - 1].value + step : -Infinity;
    const high = index < points.length - 1 ? points[index + 1].value - step : Infinity;
    if (low <= high) rows[index].x.value = said(clamp(value, low, high));
    rows[index].y.value = said(clamp(score, 0, 100));
    this.draw();
    this.changed();
    if (isSaid) this.tell(index);
  }

  tell(index) {
    const points = this.points();
    const { value, score } = points[index];
    const parts = { n: index + 1, of: points.length, value: this.say_value(value), score: said(score) };
    this.readout.textContent = filled(this.words.wordsPoint, parts);
    this.say(filled(this.words.wordsMoved, parts));
  }

  add(index, value, score) {
    const rows = this.rows();
    const fresh = rows[Math.max(index - 1, 0)].row.cloneNode(true);
    fresh.querySelector("[data-x]").value = said(value);
    fresh.querySelector("[data-y]").value = said(score);
    for (const place of fresh.querySelectorAll("[data-problem]")) place.textContent = "";
    if (index >= rows.length) this.body.append(fresh);
    else rows[index].row.before(fresh);
    this.renumber();
    this.draw();
    this.changed();
    this.dots?.[index]?.focus({ preventScroll: true });
    this.tell(index);
  }

  addAfter(index) {
    const points = this.points();
    const here = points[index];
    const next = points[index + 1];
    const step = this.frame.step;
    const middle = next ? (here.value + next.value) / 2 : here.value + 10 * step;
    const score = next ? (here.score + next.score) / 2 : here.score;
    const round = Math.round(middle / step) * step;
    const isInside = round > here.value && (!next || round < next.value);
    this.add(index + 1, isInside ? round : middle, Math.round(score * 10) / 10);
  }

  remove(index) {
    const rows = this.rows();
    if (rows.length < 2) return;
    rows[index].row.remove();
    this.renumber();
    this.draw();
    this.changed();
    this.dots[Math.min(index, this.dots.length - 1)].focus({ preventScroll: true });
    this.say(this.words.wordsRemoved);
  }

  // Names are places: after a row came or went all of them are written anew.
  renumber() {
    this.rows().forEach(({ row, x, y }, index) => {
      const path = `${this.path}[${index}]`;
      for (const [input, place] of [[x, 0], [y, 1]]) {
        input.name = `${path}[${place}]`;
        input.id = `f-${input.name.replace(/\[/g, "-").replace(/\]/g, "").replace(/\./g, "-")}`;
        input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+/, index + 1));
      }
      const button = row.querySelector("[data-remove-point]");
      button.value = `remove:${path}`;
      button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/\d+/, index + 1));
      row.querySelector("[data-problem]").dataset.problem = path;
    });
  }

  // --- people -----------------------------------------------------------------------

  listen() {
    const redraw = () => this.draw();
    this.body.addEventListener("input", redraw);
    this.flagOp.addEventListener("change", redraw);
    this.flagValue.addEventListener("input", redraw);
    this.plot.addEventListener("keydown", (event) => this.key(event));
    this.plot.addEventListener("pointerdown", (event) => this.hold(event));
    this.plot.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) this.plot.addEventListener(name, () => this.drop());
    this.plot.addEventListener("dblclick", (event) => this.addAt(event));
    this.plot.addEventListener("focusin", (event) => {
      const index = this.dots?.indexOf(event.target) ?? -1;
      if (index >= 0) this.tell(index);
    });
    this.article.addEventListener("click", (event) => {
      const remove = event.target.closest("[data-remove-point]");
      const add = event.target.closest("[data-add-point]");
      if (!remove && !add) return;
      event.preventDefault();
      if (remove) this.remove(this.rows().findIndex(({ row }) => row.contains(remove)));
      else this.addInWidestGap();
    });
  }

  addInWidestGap() {
    const points = this.points();
    if (!this.isDrawable(points)) return;
    const gaps = points.slice(1).map(({ value }, index) => value - points[index].value);
    this.addAfter(gaps.length ? gaps.indexOf(Math.max(...gaps)) : 0);
  }

  key(event) {
    const index = this.dots?.indexOf(event.target) ?? -1;
    if (index < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const { value, score } = this.points()[index];
    const times = event.shiftKey ? 10 : 1;
    const across = times * this.frame.step;
    const acts = {
      ArrowUp: () => this.put(index, value, score + times),
      ArrowDown: () => this.put(index, value, score - times),
      ArrowLeft: () => this.put(index, value - across, score),
      ArrowRight: () => this.put(index, value + across, score),
      Home: () => this.put(index, value, 0),
      End: () => this.put(index, value, 100),
      Delete: () => this.remove(index),
      Backspace: () => this.remove(index),
      "+": () => this.addAfter(index),
      Insert: () => this.addAfter(index),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  where(event) {
    const box = this.svg.getBoundingClientRect();
    const across = clamp((event.clientX - box.left) / box.width, 0, 1);
    const { left, width, step } = this.frame;
    return {
      value: Math.round((left + across * width) / step) * step,
      score: Math.round(100 - (100 * (event.clientY - box.top)) / box.height),
    };
  }

  hold(event) {
    const dot = event.target.closest?.(".point");
    if (!dot || event.button > 0) return;
    event.preventDefault();
    this.held = dot;
    dot.classList.add("held");
    dot.focus({ preventScroll: true });
    this.plot.setPointerCapture(event.pointerId);
  }

  drag(event) {
    if (!this.held) return;
    const { value, score } = this.where(event);
    const index = this.dots.indexOf(this.held);
    this.put(index, value, score, false);
    const point = this.points()[index];
    this.readout.textContent = filled(this.words.wordsMoved, { value: this.say_value(point.value), score: said(point.score) });
  }

  drop() {
    if (!this.held) return;
    const index = this.dots.indexOf(this.held);
    this.held.classList.remove("held");
    this.held = null;
    this.draw();
    this.tell(index);
  }

  addAt(event) {
    if (event.target.closest?.(".point") || !this.svg) return;
    const { value } = this.where(event);
    const points = this.points();
    const index = points.findIndex((point) => point.value > value);
    const place = index < 0 ? points.length : index;
    const step = this.frame.step;
    const isFree = points.every((point) => Math.abs(point.value - value) >= step / 2);
    if (isFree) this.add(place, value, Math.round(this.scoreAt(points, value)));
  }
}
