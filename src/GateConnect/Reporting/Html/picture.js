// The picture of a wiring: drawn once, its edges and blocks changed from frame to frame. Layout and looks are those of the still
// picture (PictureLayout.cs, ConnectivityPicture.cs).
class Picture {
  constructor(wiring, stage) {
    Object.assign(this, { wiring, ...wiring.layout });
    this.height = this.top + this.columnHeight + 62;
    this.shift = this.top - 44; // the still picture has a heading here
    this.svg = svgElement("svg", { viewBox: `0 ${this.shift} ${this.width} ${this.height - this.shift}`, role: "img", "aria-label": "who reads whom" }, stage);
    this.svg.style.width = "100%";
    this.svg.style.minWidth = Math.round(this.width * 0.72) + "px";
    this.panels();
    this.wires = svgElement("g", {}, this.svg);
    this.ends();
    this.closed = svgElement("g", {}, this.wires);
    this.open = svgElement("g", {}, this.wires);
    this.lit = svgElement("g", { class: "lit" }, this.svg);
    this.pool = [];
    this.nodes = this.blocks();
    this.follow();
    const readers = wiring.modules.slice(1).reduce((sum, module) => sum + module.blocks, 0);
    this.perReader = Math.max(1, Math.floor(wiring.mostEdges / readers));
  }

  y(module, block) {
    return this.top + this.columnHeight / 2 + (block - (this.wiring.modules[module].blocks - 1) / 2) * this.pitch;
  }

  accent(module) {
    return this.wiring.modules[module].stage % 4;
  }

  text(look, x, y, words) {
    svgElement("text", { class: look, x, y }, this.svg).textContent = words;
  }

  panels() {
    for (let first = 0, last; first < this.moduleX.length; first = last + 1) {
      last = first;
      while (last + 1 < this.moduleX.length && this.wiring.modules[last + 1].stage === this.wiring.modules[first].stage) {
        last++;
      }
      const [left, right] = [this.moduleX[first] - 41, this.moduleX[last] + 41];
      svgElement("rect", { class: "panel", x: left, y: this.top - 14, width: right - left, height: this.columnHeight + 60, rx: 14 }, this.svg);
      this.text(`label f${this.accent(first)}`, (left + right) / 2, this.top - 24, right - left < 100 ? `stage ${this.wiring.modules[first].stage}` : `stage ${this.wiring.modules[first].stage} · ${this.wiring.modules[first].shape}`);
    }
  }

  ends() {
    const last = this.moduleX.length - 1, middle = this.top + this.columnHeight / 2;
    const width = this.pitch < 25 ? 0.6 : 1;
    for (let block = 0; block < this.wiring.modules[0].blocks; block++) {
      svgElement("path", { class: "wire end", "stroke-width": width, d: this.curve(this.stemX + 34, middle, this.moduleX[0] - this.radius, this.y(0, block)) }, this.wires);
    }
    for (let block = 0; block < this.wiring.modules[last].blocks; block++) {
      svgElement("path", { class: "wire end", "stroke-width": width, d: this.curve(this.moduleX[last] + this.radius, this.y(last, block), this.headX - 34, middle) }, this.wires);
    }
    for (const [x, name, detail] of [[this.stemX, "stem", this.wiring.stem], [this.headX, "head", this.wiring.head]]) {
      svgElement("rect", { class: "pill", x: x - 34, y: middle - 24, width: 68, height: 48, rx: 12 }, this.svg);
      this.text("label", x, middle - 2, name);
      this.text("label small", x, middle + 14, detail);
    }
  }

  blocks() {
    return this.wiring.modules.map((module, index) => {
      this.text("label", this.moduleX[index], this.top + this.columnHeight + 18, `module ${index}`);
      const count = svgElement("text", { class: "label small", x: this.moduleX[index], y: this.top + this.columnHeight + 34 }, this.svg);
      const circles = Array.from({ length: module.blocks }, (_, block) => this.block(index, block));
      return { count, circles };
    });
  }

  block(module, block) {
    const [x, y] = [this.moduleX[module], this.y(module, block)];
    const circle = svgElement("circle", { cx: x, cy: y, r: this.radius, "data-module": module, "data-block": block }, this.svg);
    const number = this.radius >= 8 ? svgElement("text", { x, y: y + this.radius * 0.33, "font-size": this.radius * 0.92 }, this.svg) : null;
    if (number) {
      number.textContent = block;
    }
    for (const name of ["pointerenter", "pointermove", "click"]) {
      circle.addEventListener(name, event => this.point(module, block, event.clientX, event.clientY));
    }
    circle.addEventListener("pointerleave", () => this.leave());
    return { circle, number };
  }

  // One stop of the tab key for the whole picture; arrows go from block to block.
  follow() {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    let [module, block] = [0, 0];
    const show = () => {
      const box = this.nodes[module].circles[block].circle.getBoundingClientRect();
      this.leave();
      this.nodes[module].circles[block].circle.classList.add("at");
      this.point(module, block, box.right, box.bottom);
    };
    this.svg.setAttribute("tabindex", "0");
    this.svg.addEventListener("keydown", event => {
      if (event.key in steps) {
        event.preventDefault();
        module = Math.max(0, Math.min(module + steps[event.key][0], this.nodes.length - 1));
        block = Math.max(0, Math.min(block + steps[event.key][1], this.nodes[module].circles.length - 1));
        show();
      }
    });
    this.svg.addEventListener("blur", () => this.leave());
  }

  curve(x1, y1, x2, y2) {
    const bend = (x2 - x1) * 0.45;
    return `M${x1} ${y1.toFixed(1)}C${(x1 + bend).toFixed(1)} ${y1.toFixed(1)} ${(x2 - bend).toFixed(1)} ${y2.toFixed(1)} ${x2} ${y2.toFixed(1)}`;
  }

  edge(module, reader, source) {
    return this.curve(this.moduleX[module - 1] + this.radius, this.y(module - 1, source), this.moduleX[module] - this.radius, this.y(module, reader));
  }

  // What a connection looks like; as in the still picture, but thinner and fainter where many blocks crowd together.
  look(module, entry, largest, alive) {
    const strength = largest > 0 ? Math.min(1, entry.gate / largest) : 0;
    const [thin, faint] = this.pitch < 25 ? [0.5, 0.65] : [1, 1];
    if (!entry.open) {
      return { class: "wire closed", "stroke-width": (thin * (0.4 + 1.2 * strength)).toFixed(2), "stroke-opacity": (0.04 + 0.4 * strength).toFixed(3) };
    }
    return alive
      ? { class: `wire s${this.accent(module)}`, "stroke-width": (thin * (0.9 + 2.1 * strength)).toFixed(2), "stroke-opacity": (faint * (0.22 + 0.6 * strength)).toFixed(3) }
      : { class: "wire dead", "stroke-width": 0.9, "stroke-opacity": 0.5 };
  }

  draw(frame, withClosed) {
    Object.assign(this, { frame, alive: this.wiring.live(frame), shown: 0, connections: 0 });
    for (let module = 1; module < this.wiring.modules.length; module++) {
      for (let reader = 0; reader < this.wiring.modules[module].blocks; reader++) {
        this.drawRow(module, reader, withClosed);
      }
    }
    this.pool.splice(this.shown).forEach(path => path.remove());
    this.drawBlocks();
    this.lit.replaceChildren();
    return this;
  }

  drawRow(module, reader, withClosed) {
    const row = this.wiring.row(this.frame, module, reader);
    const largest = Math.max(...row.map(entry => entry.gate));
    this.connections += row.filter(entry => entry.open).length;
    for (const entry of row.filter(entry => entry.open).slice(0, this.perReader).concat(withClosed ? row.filter(entry => !entry.open) : [])) {
      const path = this.pool[this.shown] ??= svgElement("path", {}, this.open);
      this.shown++;
      const attributes = { ...this.look(module, entry, largest, this.alive[module][reader]), d: this.edge(module, reader, entry.source) };
      for (const [key, value] of Object.entries(attributes)) {
        path.setAttribute(key, value);
      }
      (entry.open ? this.open : this.closed).append(path);
    }
  }

  drawBlocks() {
    this.nodes.forEach(({ count, circles }, module) => {
      count.textContent = `${this.alive[module].filter(Boolean).length}/${circles.length}`;
      circles.forEach(({ circle, number }, block) => {
        const dead = !this.alive[module][block];
        circle.setAttribute("class", dead ? "block dead" : `block s${this.accent(module)}`);
        number?.setAttribute("class", dead ? "number dead" : "number");
      });
    });
  }

  // Lights up all that a block reads and who reads it, and says the gates in numbers.
  point(module, block, x, y) {
    this.lit.replaceChildren();
    this.wires.setAttribute("class", "dim");
    const lines = [`module ${module}, block ${block}${this.alive[module][block] ? "" : " (dead)"}`];
    if (module > 0) {
      const row = this.wiring.row(this.frame, module, block);
      const open = row.filter(entry => entry.open);
      open.forEach(entry => this.light(module, block, entry, Math.max(...row.map(other => other.gate))));
      const number = entry => this.wiring.learned ? `${entry.source} (${entry.gate.toFixed(3)})` : `${entry.source}`;
      lines.push(`reads ${open.slice(0, 16).map(number).join(", ")}${open.length > 16 ? ` and ${open.length - 16} more` : ""}`);
    } else {
      lines.push("reads the stem");
    }
    const readers = this.wiring.readersOf(this.frame, module, block);
    readers?.forEach(reader => this.light(module + 1, reader, { source: block, gate: 1, open: true }, 1));
    lines.push(readers === null ? "read by the head" : readers.length === 0 ? "read by none" : `read by ${readers.length}: ${readers.slice(0, 24).join(", ")}${readers.length > 24 ? ", ..." : ""}`);
    showTip(lines.join("\n"), x, y);
  }

  light(module, reader, entry, largest) {
    svgElement("path", { ...this.look(module, entry, largest, this.alive[module][reader]), d: this.edge(module, reader, entry.source), "pointer-events": "none" }, this.lit);
  }

  leave() {
    this.lit.replaceChildren();
    this.wires.removeAttribute("class");
    this.svg.querySelector(".block.at")?.classList.remove("at");
    hideTip();
  }
}
