// The moving picture of who reads whom. Every frame holds, for every possible connection, a real gate and whether it is open
// (WiringData.cs); what is dead follows from what is open.
function unpack(text) {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  return Uint16Array.from({ length: bytes.length / 2 }, (_, index) => bytes[2 * index] | bytes[2 * index + 1] << 8);
}

class Wiring {
  constructor(data) {
    Object.assign(this, data);
    this.frames.forEach((frame, index) => frame.packed = frame.gates === null ? this.frames[index - 1].packed : unpack(frame.gates));
    this.starts = [0, 0];
    for (let module = 1; module < this.modules.length; module++) {
      this.starts.push(this.starts[module] + this.modules[module].blocks * this.modules[module - 1].blocks);
    }
  }

  word(frame, module, reader, source) {
    return frame.packed[this.starts[module] + reader * this.modules[module - 1].blocks + source];
  }

  // Of every source: its real gate, 0 to 1, and whether it is open; the strongest first.
  row(frame, module, reader) {
    const row = Array.from({ length: this.modules[module - 1].blocks }, (_, source) => {
      const word = this.word(frame, module, reader, source);
      return { source, gate: (word & 0x7fff) / 0x7fff, open: word >= 0x8000 };
    });
    return row.sort((one, other) => other.open - one.open || other.gate - one.gate || one.source - other.source);
  }

  // A block is live that the head reads, or a live block of the next module.
  live(frame) {
    const live = this.modules.map(module => new Array(module.blocks).fill(false));
    live.at(-1).fill(true);
    for (let module = live.length - 1; module > 0; module--) {
      for (let reader = 0; reader < live[module].length; reader++) {
        for (let source = 0; live[module][reader] && source < live[module - 1].length; source++) {
          live[module - 1][source] ||= this.word(frame, module, reader, source) >= 0x8000;
        }
      }
    }
    return live;
  }

  readersOf(frame, module, source) {
    if (module + 1 >= this.modules.length) {
      return null;
    }
    return Array.from({ length: this.modules[module + 1].blocks }, (_, reader) => reader)
      .filter(reader => this.word(frame, module + 1, reader, source) >= 0x8000);
  }
}

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
    const circle = svgElement("circle", { cx: x, cy: y, r: this.radius, tabindex: "0", role: "img", "data-module": module, "data-block": block }, this.svg);
    const number = this.radius >= 8 ? svgElement("text", { x, y: y + this.radius * 0.33, "font-size": this.radius * 0.92 }, this.svg) : null;
    if (number) {
      number.textContent = block;
    }
    const show = event => this.point(module, block, event.clientX || circle.getBoundingClientRect().right, event.clientY || circle.getBoundingClientRect().bottom);
    for (const name of ["pointerenter", "pointermove", "focus", "click"]) {
      circle.addEventListener(name, show);
    }
    for (const name of ["pointerleave", "blur"]) {
      circle.addEventListener(name, () => this.leave());
    }
    return { circle, number };
  }

  curve(x1, y1, x2, y2) {
    const bend = (x2 - x1) * 0.45;
    return `M${x1} ${y1.toFixed(1)}C${(x1 + bend).toFixed(1)} ${y1.toFixed(1)} ${(x2 - bend).toFixed(1)} ${y2.toFixed(1)} ${x2} ${y2.toFixed(1)}`;
  }

  edge(module, reader, source) {
    return this.curve(this.moduleX[module - 1] + this.radius, this.y(module - 1, source), this.moduleX[module] - this.radius, this.y(module, reader));
  }

  // What a connection looks like; the same formula as in the still picture.
  look(module, entry, largest, alive) {
    const strength = largest > 0 ? Math.min(1, entry.gate / largest) : 0;
    const thin = this.pitch < 25 ? 0.6 : 1;
    if (!entry.open) {
      return { class: "wire closed", "stroke-width": (thin * (0.4 + 1.2 * strength)).toFixed(2), "stroke-opacity": (0.04 + 0.4 * strength).toFixed(3) };
    }
    return alive
      ? { class: `wire s${this.accent(module)}`, "stroke-width": (thin * (0.9 + 2.1 * strength)).toFixed(2), "stroke-opacity": (0.22 + 0.6 * strength).toFixed(3) }
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
        circle.setAttribute("aria-label", `module ${module}, block ${block}${dead ? ", dead" : ""}`);
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
    hideTip();
  }
}

function control(name, attributes, parent, words) {
  const element = document.createElement(name);
  Object.assign(element, attributes);
  parent.append(element);
  if (words) {
    parent.append(words);
  }
  return element;
}

function showWiring(data) {
  const wiring = new Wiring(data);
  const place = document.getElementById("picture");
  place.hidden = false;
  const picture = new Picture(wiring, place.querySelector(".stage"));
  const controls = place.querySelector(".controls");
  const all = wiring.modules.reduce((sum, module) => sum + module.blocks, 0);
  const possible = wiring.frames[0].packed.length;
  let slider, closed, playing = 0;

  const show = () => {
    const frame = wiring.frames[slider ? Number(slider.value) : 0];
    picture.draw(frame, closed?.checked === true);
    const live = picture.alive.flat().filter(Boolean).length;
    const phase = wiring.gatesFixedAfter !== null && frame.epoch > wiring.gatesFixedAfter ? ", gates fixed" : "";
    output.textContent = `${frame.epoch === null ? "" : `epoch ${frame.epoch}${phase} · `}${live} of ${all} blocks live`;
    const drawn = picture.connections > wiring.mostEdges
      ? `The ${picture.perReader} strongest of every block's connections are drawn; point at a block for all of them.`
      : "Point at a block, or reach it by the tab key, for its gates in numbers.";
    document.getElementById("shown").textContent = drawn;
  };
  const stop = () => {
    clearInterval(playing);
    playing = 0;
    if (button) {
      button.textContent = "▶ play";
    }
  };
  let button = null;
  if (wiring.frames.length > 1) {
    button = control("button", { type: "button", textContent: "▶ play" }, controls);
    const label = control("label", { className: "slide" }, controls);
    label.append("epoch");
    slider = control("input", { type: "range", min: 0, max: wiring.frames.length - 1, value: wiring.frames.length - 1, id: "epoch" }, label);
    slider.setAttribute("aria-label", "epoch");
    slider.addEventListener("input", () => {
      stop();
      show();
    });
    button.addEventListener("click", () => {
      if (playing) {
        stop();
        return;
      }
      slider.value = slider.value === slider.max ? 0 : slider.value;
      show();
      button.textContent = "❚❚ pause";
      playing = setInterval(() => {
        slider.value = Number(slider.value) + 1;
        show();
        if (slider.value === slider.max) {
          stop();
        }
      }, Math.max(120, Math.min(700, 6000 / wiring.frames.length)));
    });
  }
  const output = control("output", {}, controls);
  if (wiring.learned && possible <= wiring.mostEdges) {
    closed = control("input", { type: "checkbox", id: "closed" }, control("label", {}, controls), "closed gates too");
    closed.addEventListener("change", show);
  }
  show();
}

const data = JSON.parse(document.getElementById("data").textContent);
if (data.wiring) {
  showWiring(data.wiring);
}
