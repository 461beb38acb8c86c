// What is open, how strongly, and what lives, epoch by epoch. A frame holds, for every possible connection, a real gate and
// whether it is open (WiringData.cs); what is dead follows from what is open.
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
