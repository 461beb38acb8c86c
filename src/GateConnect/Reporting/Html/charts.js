// Charts are drawn already; this reads their values back and shows those of the epoch under the pointer.
function readLine(line) {
  const places = line.getAttribute("points").split(" ").map(place => place.split(",").map(Number));
  const values = line.dataset.values.split(" ").map(value => value.split(":"));
  return {
    name: line.dataset.name,
    look: [...line.classList].find(look => look !== "line"),
    points: new Map(values.map(([epoch, value], index) => [Number(epoch), { value, x: places[index][0], y: places[index][1] }])),
  };
}

function followPointer(svg) {
  const lines = [...svg.querySelectorAll("polyline")].map(readLine);
  const epochs = [...new Set(lines.flatMap(line => [...line.points.keys()]))].sort((one, other) => one - other);
  const { low, high, start, end, top, bottom } = Object.fromEntries(Object.entries(svg.dataset).map(([key, value]) => [key, Number(value)]));
  const placeOf = epoch => high > low ? start + (epoch - low) / (high - low) * (end - start) : (start + end) / 2;
  const marks = svgElement("g", {}, svg);
  const show = event => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
    const epoch = epochs.reduce((best, next) => Math.abs(placeOf(next) - x) < Math.abs(placeOf(best) - x) ? next : best);
    const known = lines.filter(line => line.points.has(epoch));
    marks.replaceChildren();
    svgElement("path", { class: "cursor", d: `M${placeOf(epoch)} ${top}V${bottom}` }, marks);
    for (const line of known) {
      const point = line.points.get(epoch);
      svgElement("circle", { class: `at ${line.look}`, cx: point.x, cy: point.y, r: 4 }, marks);
    }
    showTip([`epoch ${epoch}`, ...known.slice(0, 12).map(line => `${line.name}: ${line.points.get(epoch).value}`)].join("\n"), event.clientX, event.clientY);
  };
  svg.addEventListener("pointermove", show);
  svg.addEventListener("pointerdown", show);
  svg.addEventListener("pointerleave", () => {
    marks.replaceChildren();
    hideTip();
  });
}
document.querySelectorAll(".chart > svg").forEach(followPointer);
