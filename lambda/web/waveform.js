/** The waveform of a result, coloured by how sure the model is of the word at each moment. */

import { colours, fitted } from "./canvas.js";
import { step } from "./format.js";

const RATE = 8000; // Hz; enough to see speech, and a sixth of the memory
const PEAKS_PER_SECOND = 50;
const DRAWN_MAX_SECONDS = 1800; // decoding takes 400 MB of memory for an hour
const BAR = 3; // CSS pixels
const GAP = 2;

/** The peaks of audio, 50 a second; null where the browser cannot decode it, or it is too long. */
export async function peaksOf(blob, seconds) {
  if (seconds > DRAWN_MAX_SECONDS) return null;
  try {
    const decoder = new OfflineAudioContext(1, 1, RATE);
    const samples = (await decoder.decodeAudioData(await blob.arrayBuffer())).getChannelData(0);
    const size = RATE / PEAKS_PER_SECOND;
    return Float32Array.from({ length: Math.ceil(samples.length / size) }, (_, index) =>
      samples
        .subarray(index * size, (index + 1) * size)
        .reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0),
    );
  } catch {
    return null;
  }
}

/** A drawing of peaks (without them, of the words as blocks) with the position in it. */
export class Waveform {
  #position = 0;

  constructor(canvas, words, seconds, peaks) {
    Object.assign(this, { canvas, words, seconds, peaks });
    this.loudest = Math.max(0.01, ...(peaks ? [peaks.reduce((a, b) => Math.max(a, b), 0)] : []));
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(canvas);
    this.recoloured = matchMedia("(prefers-color-scheme: dark)");
    this.recoloured.addEventListener("change", this.draw);
  }

  /** Show that playback is at `seconds`. */
  move(seconds) {
    this.#position = seconds;
    this.draw();
  }

  close() {
    this.resized.disconnect();
    this.recoloured.removeEventListener("change", this.draw);
  }

  draw = () => {
    const { context, width, height } = fitted(this.canvas);
    const [silence, sure, unsure, doubtful] = colours(
      "--silence",
      "--sure",
      "--unsure",
      "--doubtful",
    );
    const palette = { silence, sure, unsure, doubtful };
    const count = Math.max(1, Math.floor(width / (BAR + GAP)));
    const played = (this.#position / this.seconds) * width;
    let word = 0;
    for (let index = 0; index < count; index++) {
      const from = (index / count) * this.seconds;
      const to = ((index + 1) / count) * this.seconds;
      while (word < this.words.length && this.words[word].end < from) word += 1;
      const inWord = word < this.words.length && this.words[word].start < to;
      const left = index * (BAR + GAP);
      const bar = Math.max(BAR, this.#height(from, to, inWord) * height);
      context.globalAlpha = this.#position && left > played ? 0.45 : 1;
      context.fillStyle = palette[inWord ? step(this.words[word].confidence) : "silence"];
      context.beginPath();
      context.roundRect(left, (height - bar) / 2, BAR, bar, BAR / 2);
      context.fill();
    }
  };

  /** Of the bar between two moments, as a share of the whole. */
  #height(from, to, inWord) {
    if (!this.peaks) return inWord ? 0.5 : 0;
    const first = Math.floor(from * PEAKS_PER_SECOND);
    const last = Math.max(first + 1, Math.ceil(to * PEAKS_PER_SECOND));
    return this.peaks.subarray(first, last).reduce((a, b) => Math.max(a, b), 0) / this.loudest;
  }
}
