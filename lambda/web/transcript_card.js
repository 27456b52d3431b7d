/** What was heard: a transcript in its card, with playback, words, copying and saving. */

import { moment, percent } from "./format.js";
import { say } from "./dom.js";
import { Player } from "./player.js";
import { asProblem, showProblem } from "./problems.js";
import { copyText, saveText } from "./save.js";
import { peaksOf, Waveform } from "./waveform.js";
import { Words } from "./words.js";

const COPIED_MILLISECONDS = 2000;
const SPOKEN_CHARACTERS = 400; // of a transcript; more is walked through, not listened to
const NOTHING =
  "No words were heard. Speak closer to the microphone, or check that it is the right one.";

/** Fills the parts of a card; `outcome` is what `submit` of transcribe.js resolves to. */
export class Heard {
  constructor(card, { transcript, save }) {
    this.part = card.part;
    this.name = card.name;
    this.transcript = transcript;
    this.part("facts").textContent = facts(transcript);
    this.part("heard").hidden = false;
    this.part("copy").onclick = () => this.#copy();
    for (const button of this.part("actions").querySelectorAll("[data-format]")) {
      button.onclick = () => this.#save(button, save);
    }
    this.#read();
    this.#draw(card.audio);
    this.#listen(card.audio);
  }

  close() {
    this.closed = true;
    this.player?.close();
    this.waveform?.close();
  }

  #read() {
    const { words, transcript: text } = this.transcript;
    const element = this.part("words");
    if (words.length) {
      element.setAttribute("aria-label", `Words of ${this.name}; arrow keys move, Enter plays`);
      this.words = new Words(element, words, (word) => this.player?.playWord(word));
      say(`${this.name}: ${text.length > SPOKEN_CHARACTERS ? `${words.length} words` : text}`);
    } else {
      element.textContent = NOTHING;
      element.classList.add("none");
      this.part("legend").hidden = this.part("copy").hidden = true;
      say(`${this.name}: ${NOTHING}`);
    }
  }

  async #draw(audio) {
    const { words, duration } = this.transcript;
    const peaks = await peaksOf(audio, duration);
    if (this.closed) return;
    this.waveform = new Waveform(this.part("waveform").firstElementChild, words, duration, peaks);
  }

  /** Playback, where the browser can. */
  async #listen(audio) {
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
    const total = moment(this.transcript.duration);
    this.range.value = seconds;
    this.range.setAttribute("aria-valuetext", `${moment(seconds)} of ${total}`);
    this.part("clock").textContent = `${moment(seconds)} / ${total}`;
    this.part("play").classList.toggle("playing", isPlaying);
    this.part("play-name").textContent = isPlaying ? "Pause" : "Play";
    this.waveform?.move(seconds);
    this.words?.mark(isPlaying ? seconds : NaN);
  }

  async #copy() {
    await copyText(this.transcript.transcript, this.part("words"));
    const label = this.part("copy").querySelector("span");
    label.textContent = "Copied";
    say("Copied.");
    setTimeout(() => (label.textContent = "Copy"), COPIED_MILLISECONDS);
  }

  async #save(button, save) {
    const { format } = button.dataset;
    showProblem(this.part("problem"), null);
    button.setAttribute("aria-busy", "true");
    try {
      saveText(await save(format), this.name, format);
      say(`Saved as ${button.textContent}.`);
    } catch (error) {
      showProblem(this.part("problem"), asProblem(error));
    }
    button.removeAttribute("aria-busy");
  }
}

function facts({ duration, words, confidence }) {
  const count = words.length === 1 ? "1 word" : `${words.length} words`;
  const length = duration < 60 ? `${duration.toFixed(1)} s` : moment(duration);
  return [length, count, ...(words.length ? [`${percent(confidence)} sure`] : [])].join(" · ");
}
