/** Words of a transcript, with playback on click and navigation by arrow keys. */

import { clockTenths, percent, confidenceLevel } from "./format.js";

const PARAGRAPH_PAUSE = 2; // seconds of silence between paragraphs
const MOVES = {
  ArrowRight: 1,
  ArrowLeft: -1,
  ArrowDown: 1,
  ArrowUp: -1,
  Home: -Infinity,
  End: Infinity,
};

/** Fills an element with words; `onWord(word)` is called when one is activated. */
export class Words {
  #spans = [];
  #focused;
  #now = -1;

  constructor(element, words, onWord) {
    this.words = words;
    this.onWord = onWord;
    let paragraph = null;
    words.forEach((word, index) => {
      if (!paragraph || word.start - words[index - 1].end >= PARAGRAPH_PAUSE) {
        paragraph = document.createElement("p");
        element.append(paragraph);
      }
      paragraph.append(this.#span(word, index), " ");
    });
    this.#focused = this.#spans[0];
    this.#focused.tabIndex = 0; // roving tab index
    element.addEventListener("click", (event) => this.#click(event.target));
    element.addEventListener("keydown", (event) => this.#keydown(event));
  }

  /** Mark the word at a position of playback; none for NaN. */
  mark(seconds) {
    const index = this.words.findIndex(({ start, end }) => start <= seconds && seconds < end);
    if (index === this.#now) return;
    this.#spans[this.#now]?.classList.remove("now");
    this.#spans[index]?.classList.add("now");
    this.#now = index;
  }

  #span(word, index) {
    const span = document.createElement("span");
    span.textContent = word.punctuated_word;
    span.className = confidenceLevel(word.confidence);
    span.title = `${percent(word.confidence)} confidence, at ${clockTenths(word.start)}`;
    span.role = "button";
    span.tabIndex = -1;
    span.dataset.index = index;
    this.#spans.push(span);
    return span;
  }

  #click(target) {
    if (!target.dataset.index || getSelection().toString()) return;
    this.#focus(Number(target.dataset.index));
    this.onWord(this.words[target.dataset.index]);
  }

  #keydown(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !event.target.dataset.index) return;
    const index = Number(event.target.dataset.index);
    if (event.key === "Enter" || event.key === " ") this.onWord(this.words[index]);
    else if (event.key in MOVES) this.#focus(index + MOVES[event.key]);
    else return;
    event.preventDefault();
  }

  #focus(index) {
    const span = this.#spans[Math.min(Math.max(index, 0), this.#spans.length - 1)];
    this.#focused.tabIndex = -1;
    this.#focused = span;
    span.tabIndex = 0;
    span.focus();
  }
}
