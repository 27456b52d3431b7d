/** Level meter: bars of the last seconds, the newest at the right. */

import { cssColours, prepareCanvas } from "./canvas.js";

const BAR = 3; // CSS pixels
const GAP = 3;
const BARS_PER_SECOND = 12;
const FLOOR = -60; // dBFS with a bar of length zero
const QUIET = -50; // dBFS; above a microphone in a silent room
const QUIET_SECONDS = 3;

/** Draws until `stop`; `onQuiet(quiet)` reports whether there was no sound for seconds. */
export class Meter {
  #levels = [];
  #drawn = 0;
  #lastSound = 0;
  #reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;

  constructor(canvas, recording, onQuiet) {
    Object.assign(this, { canvas, recording, onQuiet });
    this.#frame();
  }

  stop() {
    cancelAnimationFrame(this.request);
  }

  #frame = () => {
    this.request = requestAnimationFrame(this.#frame);
    const { seconds } = this.recording;
    if (seconds * BARS_PER_SECOND < this.#drawn) return;
    this.#drawn = Math.floor(seconds * BARS_PER_SECOND) + 1;
    const level = this.recording.level();
    if (level > QUIET) this.#lastSound = seconds;
    this.onQuiet(seconds - this.#lastSound > QUIET_SECONDS);
    this.#draw(Math.max(0, 1 - level / FLOOR));
  };

  #draw(level) {
    const { context, width, height } = prepareCanvas(this.canvas);
    [context.fillStyle] = cssColours("--accent");
    if (this.#reducedMotion) {
      const bar = Math.max(BAR, level * width);
      context.fillRect((width - bar) / 2, height / 2 - BAR, bar, 2 * BAR);
      return;
    }
    const count = Math.floor(width / (BAR + GAP));
    this.#levels = [...Array(count).fill(0), ...this.#levels, level].slice(-count);
    this.#levels.forEach((past, index) => {
      const bar = Math.max(BAR, past * height);
      context.beginPath();
      context.roundRect(index * (BAR + GAP), (height - bar) / 2, BAR, bar, BAR / 2);
      context.fill();
    });
  }
}
