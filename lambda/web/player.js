/** Playback of one recording or file: all of it, or one word. */

const FAR = 1e9; // seconds; beyond the end of anything
const EDGE = 0.05; // seconds around a word, without which its edges sound cut off
const PATIENCE_MILLISECONDS = 2000; // for a browser to find the end of a recording

let playing = null; // one at a time

/** Plays a blob; `onchange(seconds, isPlaying)` follows it. */
export class Player {
  #word = null; // the one that is played alone

  constructor(blob, onchange) {
    this.audio = new Audio(URL.createObjectURL(blob));
    this.onchange = onchange;
    this.ready = this.#open();
    this.audio.onplay = () => {
      if (playing !== this) playing?.pause();
      playing = this;
      this.#follow();
    };
    for (const event of ["pause", "ended", "seeked"])
      this.audio.addEventListener(event, () => this.#tell());
  }

  /** Play or pause, from where it stands. */
  async toggle() {
    if (!this.audio.paused) return this.pause();
    this.#word = null;
    return this.audio.play();
  }

  /** Play one word and stop there. */
  async playWord(word) {
    this.pause();
    this.seek(Math.max(0, word.start - EDGE));
    // Started before it is there, it would play on from somewhere within the word.
    await new Promise((resolve) => this.audio.addEventListener("seeked", resolve, { once: true }));
    this.#word = word;
    return this.audio.play();
  }

  seek(seconds) {
    this.#word = null;
    this.audio.currentTime = seconds;
  }

  pause() {
    this.audio.pause();
  }

  close() {
    this.pause();
    URL.revokeObjectURL(this.audio.src);
  }

  /** Resolves to whether the browser can play it. */
  async #open() {
    const opened = await new Promise((resolve) => {
      this.audio.onloadedmetadata = () => resolve(true);
      this.audio.onerror = () => resolve(false);
    });
    // A recording does not say how long it is, and is only found by going to its end once.
    if (opened && this.audio.duration === Infinity) {
      this.audio.currentTime = FAR;
      await new Promise((resolve) => {
        this.audio.ondurationchange = resolve;
        setTimeout(resolve, PATIENCE_MILLISECONDS);
      });
      this.audio.currentTime = 0;
    }
    return opened;
  }

  #follow = () => {
    if (this.#word && this.audio.currentTime >= this.#word.end + EDGE) {
      this.pause();
      this.seek(this.#word.end);
    }
    this.#tell();
    if (!this.audio.paused) requestAnimationFrame(this.#follow);
  };

  #tell() {
    const { currentTime } = this.audio;
    const word = this.#word ?? { start: 0, end: Infinity };
    this.onchange(
      Math.min(Math.max(currentTime, word.start), word.end - 0.001),
      !this.audio.paused,
    );
  }
}
