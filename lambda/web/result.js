/** A recording or file in the list of results, from its request to its transcript or error. */

import { percent } from "./format.js";
import { TranscriptCard } from "./transcript_card.js";
import { element, announce } from "./dom.js";
import { chosenOptions } from "./options.js";
import { problemFromError, showProblem } from "./problems.js";
import { saveAudio } from "./save.js";
import { submit } from "./transcribe.js";

const PHASES = {
  waiting: "Waiting for earlier files",
  uploading: "Uploading",
  queued: "Queued",
  transcribing: "Transcribing",
};

/** Entry of the list; recordings can be saved, because they exist only in the page. */
export class Result {
  constructor(audio, name, isRecording, onRemove) {
    Object.assign(this, { audio, name, isRecording, onRemove });
    this.element = element("result-template").content.firstElementChild.cloneNode(true);
    this.part = (part) => this.element.querySelector(`[data-part="${part}"]`);
    this.aborter = new AbortController();
    this.part("name").textContent = name;
    this.part("remove-name").textContent = `Remove ${name}`;
    this.part("remove").onclick = () => this.remove();
    this.part("retry").onclick = () => this.send();
    for (const part of ["audio", "save-audio"]) {
      this.part(part).hidden = !isRecording;
      this.part(part).onclick = () => saveAudio(audio, name);
    }
  }

  /** Whether closing the page loses the audio. */
  get isUnsaved() {
    return this.isRecording && !this.card;
  }

  /** Send the audio, and show the transcript or the error. */
  async send() {
    if (this.element.contains(document.activeElement)) this.part("name").focus();
    showProblem(this.part("problem"), null);
    this.part("recovery").hidden = true;
    this.part("busy").hidden = false;
    this.#phase("waiting");
    const { signal } = this.aborter;
    try {
      const onPhase = (...phase) => this.#phase(...phase);
      const options = { signal, onPhase, chosen: chosenOptions() };
      const wait = await submit(this.audio, this.name, options);
      const outcome = await wait();
      signal.throwIfAborted();
      this.card = new TranscriptCard(this, outcome);
    } catch (error) {
      if (!signal.aborted) this.#fail(problemFromError(error));
    }
    this.part("busy").hidden = true;
  }

  remove() {
    this.aborter.abort();
    this.card?.close();
    this.element.remove();
    announce(`${this.name} removed.`);
    this.onRemove(this);
  }

  #phase(phase, fraction) {
    const progress = this.part("progress");
    if (fraction === undefined) progress.removeAttribute("value");
    else progress.value = fraction;
    this.part("phase").textContent = PHASES[phase] + (fraction ? ` ${percent(fraction)}` : "");
    progress.setAttribute("aria-label", `${PHASES[phase]}: ${this.name}`);
    if (phase !== this.phase && phase !== "waiting") announce(`${PHASES[phase]}: ${this.name}`);
    this.phase = phase;
  }

  #fail(problem) {
    showProblem(this.part("problem"), problem);
    this.part("recovery").hidden = !problem.retry && !this.isRecording;
    this.part("retry").hidden = !problem.retry;
  }
}
