/** Transcript of a result: playback, words, copying and saving. */

import { clockTenths, percent } from "./format.js";
import { announce } from "./dom.js";
import { Player } from "./player.js";
import { problemFromError, showProblem } from "./problems.js";
import { copyText, saveText } from "./save.js";
import { computePeaks, Waveform } from "./waveform.js";
import { Words } from "./words.js";

const COPIED_MILLISECONDS = 2000;
const ANNOUNCED_CHARACTERS = 400; // the number of words is announced for a longer transcript
const NO_WORDS =
  "No words recognised. Speak closer to the microphone, or check that it is the right one.";

/** Fills the card of a result with an outcome of `submit` in transcribe.js. */
export class TranscriptCard {
  constructor(card, { transcript, load }) {
    this.part = card.part;
    this.name = card.name;
    this.transcript = transcript;
    this.part("facts").textContent = facts(transcript);
    this.part("transcript").hidden = false;
    this.part("copy").onclick = () => this.#copy();
    for (const button of this.part("actions").querySelectorAll("[data-format]")) {
      button.onclick = () => this.#save(button, load);
    }
    this.#showWarnings();
    this.#showWords();
    this.#showWaveform(card.audio);
    this.#setUpPlayback(card.audio);
  }

  close() {
    this.closed = true;
    this.player?.close();
    this.waveform?.close();
  }

  /** What of the audio could not be read as it is, a line each. */
  #showWarnings() {
    const lines = (this.transcript.warnings ?? []).map(({ detail }) => {
      const line = document.createElement("li");
      line.textContent = detail;
      return line;
    });
    this.part("warnings").replaceChildren(...lines);
    this.part("warnings").hidden = !lines.length;
  }

  #showWords() {
    const { words, transcript: text } = this.transcript;
    const element = this.part("words");
    if (words.length) {
      element.setAttribute("aria-label", `Words of ${this.name}; arrow keys move, Enter plays`);
      this.words = new Words(element, words, (word) => this.player?.playWord(word));
      const summary = text.length > ANNOUNCED_CHARACTERS ? `${words.length} words` : text;
      announce(`${this.name}: ${summary}`);
    } else {
      element.textContent = NO_WORDS;
      element.classList.add("none");
      this.part("legend").hidden = this.part("copy").hidden = true;
      announce(`${this.name}: ${NO_WORDS}`);
    }
  }

  async #showWaveform(audio) {
    const { words, duration } = this.transcript;
    const peaks = await computePeaks(audio, duration);
    if (this.closed) return;
    this.waveform = new Waveform(this.part("waveform").firstElementChild, words, duration, peaks);
  }

  /** Enable playback if the browser can play the audio. */
  async #setUpPlayback(audio) {
    const player = new Player(audio, (seconds, isPlaying) => this.#follow(seconds, isPlaying));
    const playable = await player.ready;
    if (!playable || this.closed) player.close();
    if (this.closed) return;
    const range = this.part("waveform").lastElementChild;
    range.max = this.transcript.duration;
    range.disabled = !playable;
    this.part("playback").classList.toggle("silent", !playable);
    this.part("unplayable").hidden = playable;
    if (!playable) return;
    this.player = player;
    this.range = range;
    this.part("play").onclick = () => player.toggle();
    range.oninput = () => player.seek(range.valueAsNumber);
    this.#follow(0, false);
  }

  #follow(seconds, isPlaying) {
    if (!this.range) return;
    const total = clockTenths(this.transcript.duration);
    this.range.value = seconds;
    this.range.setAttribute("aria-valuetext", `${clockTenths(seconds)} of ${total}`);
    this.part("clock").textContent = `${clockTenths(seconds)} / ${total}`;
    this.part("play").classList.toggle("playing", isPlaying);
    this.part("play-name").textContent = isPlaying ? "Pause" : "Play";
    this.waveform?.move(seconds);
    this.words?.mark(isPlaying ? seconds : NaN);
  }

  async #copy() {
    await copyText(this.transcript.transcript, this.part("words"));
    const label = this.part("copy").querySelector("span");
    label.textContent = "Copied";
    announce("Copied.");
    setTimeout(() => (label.textContent = "Copy"), COPIED_MILLISECONDS);
  }

  async #save(button, load) {
    const { format } = button.dataset;
    showProblem(this.part("problem"), null);
    button.setAttribute("aria-busy", "true");
    try {
      saveText(await load(format), this.name, format);
      announce(`Saved as ${button.textContent}.`);
    } catch (error) {
      showProblem(this.part("problem"), problemFromError(error));
    }
    button.removeAttribute("aria-busy");
  }
}

function facts({ duration, words, confidence }) {
  const count = words.length === 1 ? "1 word" : `${words.length} words`;
  const length = duration < 60 ? `${duration.toFixed(1)} s` : clockTenths(duration);
  const average = words.length ? [`${percent(confidence)} confidence`] : [];
  return [length, count, ...average].join(" · ");
}
