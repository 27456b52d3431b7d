/** The level of the last seconds as bars that move to the left, the newest at the right. */

import { colours, fitted } from "./canvas.js";

const BAR = 3; // CSS pixels
const GAP = 3;
const BARS_PER_SECOND = 12;
const FLOOR = -60; // dB of full scale that draw as nothing
const QUIET = -50; // what an open microphone in a silent room stays below
const QUIET_SECONDS = 3;

/** Draws until `stop`; `onquiet(quiet)` tells whether nothing has been heard for seconds. */
export class Meter {
  #levels = [];
  #drawn = 0;
  #heard = 0;
  #still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  constructor(canvas, recording, onquiet) {
    Object.assign(this, { canvas, recording, onquiet });
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
    if (level > QUIET) this.#heard = seconds;
    this.onquiet(seconds - this.#heard > QUIET_SECONDS);
    this.#draw(Math.max(0, 1 - level / FLOOR));
  };

  #draw(level) {
    const { context, width, height } = fitted(this.canvas);
    [context.fillStyle] = colours("--accent");
    if (this.#still) {
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
