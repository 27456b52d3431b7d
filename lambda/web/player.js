/** Playback of a recording or file, or of one word. */

const PAST_END = 1e9; // seconds; beyond the end of any audio
const EDGE = 0.05; // seconds of margin around a word, so that it does not sound cut off
const DURATION_TIMEOUT = 2000; // milliseconds in which the browser must find the duration

let playing = null; // only one player at a time

/** Plays a blob; `onChange(seconds, isPlaying)` reports the position. */
export class Player {
  #word = null; // the word that is played, if it is one

  constructor(blob, onChange) {
    this.audio = new Audio(URL.createObjectURL(blob));
    this.onChange = onChange;
    this.ready = this.#open();
    this.audio.onplay = () => {
      if (playing !== this) playing?.pause();
      playing = this;
      this.#follow();
    };
    for (const event of ["pause", "ended", "seeked"])
      this.audio.addEventListener(event, () => this.#report());
  }

  /** Play from the current position, or pause. */
  async toggle() {
    if (!this.audio.paused) return this.pause();
    this.#word = null;
    return this.audio.play();
  }

  /** Play one word. */
  async playWord(word) {
    this.pause();
    this.seek(Math.max(0, word.start - EDGE));
    // Playback before the seek has ended would start within the word.
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

  /** Load the metadata; resolves to whether the browser can play the audio. */
  async #open() {
    const opened = await new Promise((resolve) => {
      this.audio.onloadedmetadata = () => resolve(true);
      this.audio.onerror = () => resolve(false);
    });
    // Recordings of MediaRecorder lack a duration; a seek past the end determines it.
    if (opened && this.audio.duration === Infinity) {
      this.audio.currentTime = PAST_END;
      await new Promise((resolve) => {
        this.audio.ondurationchange = resolve;
        setTimeout(resolve, DURATION_TIMEOUT);
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
    this.#report();
    if (!this.audio.paused) requestAnimationFrame(this.#follow);
  };

  #report() {
    const { currentTime } = this.audio;
    const word = this.#word ?? { start: 0, end: Infinity };
    this.onChange(
      Math.min(Math.max(currentTime, word.start), word.end - 0.001),
      !this.audio.paused,
    );
  }
}
