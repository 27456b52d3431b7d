/** What can go wrong, from wherever it comes, as one kind of error that can be shown. */

import { MESSAGES } from "./messages.js";

const BY_STATUS = {
  401: "forbidden",
  403: "forbidden",
  413: "too_large",
  429: "throttled",
  504: "timed_out",
};

/** Something that the reader is told; `detail` is the server's own sentence, where there is one. */
export class Problem extends Error {
  constructor(code, detail = "") {
    super(code);
    this.code = code in MESSAGES ? code : "internal";
    [this.title, this.advice, this.retry = false] = MESSAGES[this.code];
    this.detail = detail;
  }
}

/** The problem that an answer of the server or of its gateway tells of. */
export async function problemOf(response) {
  const document = await response.json().catch(() => ({}));
  return new Problem(document.code ?? BY_STATUS[response.status] ?? "internal", document.detail);
}

/** Any exception as a problem; those of `fetch` say nothing of the reason. */
export function asProblem(error) {
  if (error instanceof Problem) return error;
  if (error.name === "TimeoutError") return new Problem("no_answer");
  if (error instanceof TypeError) return new Problem(navigator.onLine ? "unreachable" : "offline");
  return new Problem("internal", String(error));
}

/** Show a problem in its element (a live region); none hides it. */
export function showProblem(element, problem) {
  element.hidden = !problem;
  element.replaceChildren();
  if (!problem) return;
  for (const [name, text] of [
    ["title", problem.title],
    ["advice", problem.advice],
    ["detail", problem.detail],
  ]) {
    if (!text) continue;
    const line = document.createElement("p");
    line.className = name;
    line.textContent = name === "detail" ? `The server says: “${text}”` : text;
    element.append(line);
  }
}
