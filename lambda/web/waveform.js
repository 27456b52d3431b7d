/** Waveform of a result, coloured by the confidence of the word at each position. */

import { cssColours, prepareCanvas } from "./canvas.js";
import { confidenceLevel } from "./format.js";

const RATE = 8000; // Hz; enough to display speech, with a sixth of the memory
const PEAKS_PER_SECOND = 50;
const DISPLAY_MAX_SECONDS = 1800; // decoding an hour takes 400 MB of memory
const BAR = 3; // CSS pixels
const GAP = 2;

/** Peaks of audio, 50 per second; null if the browser cannot decode it or it is too long. */
export async function computePeaks(blob, seconds) {
  if (seconds > DISPLAY_MAX_SECONDS) return null;
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

/** Draws the peaks, or the words as blocks if there are none, and the position. */
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

  /** Show the position of playback. */
  move(seconds) {
    this.#position = seconds;
    this.draw();
  }

  close() {
    this.resized.disconnect();
    this.recoloured.removeEventListener("change", this.draw);
  }

  draw = () => {
    const { context, width, height } = prepareCanvas(this.canvas);
    const [silence, high, medium, low] = cssColours("--silence", "--high", "--medium", "--low");
    const palette = { silence, high, medium, low };
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
      const level = inWord ? confidenceLevel(this.words[word].confidence) : "silence";
      context.fillStyle = palette[level];
      context.beginPath();
      context.roundRect(left, (height - bar) / 2, BAR, bar, BAR / 2);
      context.fill();
    }
  };

  /** Height of the bar between two times, as a fraction. */
  #height(from, to, inWord) {
    if (!this.peaks) return inWord ? 0.5 : 0;
    const first = Math.floor(from * PEAKS_PER_SECOND);
    const last = Math.max(first + 1, Math.ceil(to * PEAKS_PER_SECOND));
    return this.peaks.subarray(first, last).reduce((a, b) => Math.max(a, b), 0) / this.loudest;
  }
}
