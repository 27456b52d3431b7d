/** The words of a transcript: to read, to hear one by one, and to walk through by arrow keys. */

import { moment, percent, step } from "./format.js";

const PARAGRAPH_PAUSE = 2; // seconds of silence that begin a new paragraph
const MOVES = {
  ArrowRight: 1,
  ArrowLeft: -1,
  ArrowDown: 1,
  ArrowUp: -1,
  Home: -Infinity,
  End: Infinity,
};

/** Fills an element; `onword(word)` is called for the one that is pressed. */
export class Words {
  #spans = [];
  #reached;
  #now = -1;

  constructor(element, words, onword) {
    this.words = words;
    this.onword = onword;
    let paragraph = null;
    words.forEach((word, index) => {
      if (!paragraph || word.start - words[index - 1].end >= PARAGRAPH_PAUSE) {
        paragraph = document.createElement("p");
        element.append(paragraph);
      }
      paragraph.append(this.#span(word, index), " ");
    });
    this.#reached = this.#spans[0];
    this.#reached.tabIndex = 0; // the others are reached by arrow keys
    element.addEventListener("click", (event) => this.#press(event.target));
    element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Mark the word that is heard at `seconds`; none with NaN. */
  mark(seconds) {
    const index = this.words.findIndex(({ start, end }) => start <= seconds && seconds < end);
    if (index === this.#now) return;
    this.#spans[this.#now]?.classList.remove("now");
    this.#spans[index]?.classList.add("now");
    this.#now = index;
  }

  #span(word, index) {
    const span = document.createElement("span");
    span.textContent = word.word;
    span.className = step(word.confidence);
    span.title = `${percent(word.confidence)} sure, at ${moment(word.start)}`;
    span.role = "button";
    span.tabIndex = -1;
    span.dataset.index = index;
    this.#spans.push(span);
    return span;
  }

  #press(target) {
    if (!target.dataset.index || getSelection().toString()) return;
    this.#focus(Number(target.dataset.index));
    this.onword(this.words[target.dataset.index]);
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !event.target.dataset.index) return;
    const index = Number(event.target.dataset.index);
    if (event.key === "Enter" || event.key === " ") this.onword(this.words[index]);
    else if (event.key in MOVES) this.#focus(index + MOVES[event.key]);
    else return;
    event.preventDefault();
  }

  #focus(index) {
    const span = this.#spans[Math.min(Math.max(index, 0), this.#spans.length - 1)];
    this.#reached.tabIndex = -1;
    this.#reached = span;
    span.tabIndex = 0;
    span.focus();
  }
}
