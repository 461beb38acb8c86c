// The controls of the picture: slider, play, and whether closed gates are drawn.
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
  let slider = null, closed = null, button = null, playing = 0;

  const show = () => {
    const frame = wiring.frames[Number(slider?.value ?? 0)];
    picture.draw(frame, closed?.checked === true);
    const live = picture.alive.flat().filter(Boolean).length;
    const phase = wiring.gatesFixedAfter !== null && frame.epoch > wiring.gatesFixedAfter ? ", gates fixed" : "";
    output.textContent = `${frame.epoch === null ? "" : `epoch ${frame.epoch}${phase} · `}${live} of ${all} blocks live`;
    const drawn = picture.connections > wiring.mostEdges
      ? `The ${picture.perReader} strongest of every block's connections are drawn; point at a block for all of them.`
      : "Point at a block, or use the arrow keys in the picture, for its gates in numbers.";
    document.getElementById("shown").textContent = drawn;
  };
  const stop = () => {
    clearInterval(playing);
    playing = 0;
    if (button) {
      button.textContent = "▶ play";
    }
  };
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
