/** One recording or file on the page, and what becomes of it: waiting, sent, heard or refused. */

import { chosenDecoder } from "./decoder.js";
import { percent } from "./format.js";
import { Heard } from "./transcript_card.js";
import { element, say } from "./dom.js";
import { asProblem, showProblem } from "./problems.js";
import { saveAudio } from "./save.js";
import { submit } from "./transcribe.js";

const PHASES = {
  waiting: "Waiting for what came before",
  uploading: "Uploading",
  queued: "Waiting for its turn",
  transcribing: "Transcribing",
};

/** A card in the list of results; a recording exists nowhere else, so it can be saved. */
export class Result {
  constructor(audio, name, isRecording, onremove) {
    Object.assign(this, { audio, name, isRecording, onremove });
    this.element = element("result-template").content.firstElementChild.cloneNode(true);
    this.part = (part) => this.element.querySelector(`[data-part="${part}"]`);
    this.aborter = new AbortController();
    this.part("name").textContent = name;
    this.part("remove-name").textContent = `Remove ${name}`;
    this.part("remove").onclick = () => this.remove();
    this.part("retry").onclick = () => this.send();
    for (const part of ["audio", "rescue-audio"]) {
      this.part(part).hidden = !isRecording;
      this.part(part).onclick = () => saveAudio(audio, name);
    }
  }

  /** Whether closing the page would lose it. */
  get isUnsaved() {
    return this.isRecording && !this.heard;
  }

  /** Send the audio when its turn comes, and show what comes back. */
  async send() {
    if (this.element.contains(document.activeElement)) this.part("name").focus();
    showProblem(this.part("problem"), null);
    this.part("rescue").hidden = true;
    this.part("busy").hidden = false;
    this.#phase("waiting");
    const { signal } = this.aborter;
    try {
      const onphase = (...phase) => this.#phase(...phase);
      const options = { signal, onphase, decoder: chosenDecoder() };
      const wait = await submit(this.audio, this.name, options);
      const outcome = await wait();
      signal.throwIfAborted();
      this.heard = new Heard(this, outcome);
    } catch (error) {
      if (!signal.aborted) this.#fail(asProblem(error));
    }
    this.part("busy").hidden = true;
  }

  remove() {
    this.aborter.abort();
    this.heard?.close();
    this.element.remove();
    say(`${this.name} is removed.`);
    this.onremove(this);
  }

  #phase(phase, fraction) {
    const progress = this.part("progress");
    if (fraction === undefined) progress.removeAttribute("value");
    else progress.value = fraction;
    this.part("phase").textContent = PHASES[phase] + (fraction ? ` ${percent(fraction)}` : "");
    progress.setAttribute("aria-label", `${PHASES[phase]}: ${this.name}`);
    if (phase !== this.phase && phase !== "waiting") say(`${PHASES[phase]}: ${this.name}`);
    this.phase = phase;
  }

  #fail(problem) {
    showProblem(this.part("problem"), problem);
    this.part("rescue").hidden = !problem.retry && !this.isRecording;
    this.part("retry").hidden = !problem.retry;
  }
}
