/** All errors of the page as one class, and how they are shown. */

import { MESSAGES } from "./messages.js";

const BY_STATUS = {
  401: "forbidden",
  403: "forbidden",
  413: "too_large",
  429: "throttled",
  504: "timed_out",
};

/**
 * An error with a message for the user; `detail` is the server's message, if there is one, and `jobs`
 * whether a job would take the audio that a request does not.
 */
export class Problem extends Error {
  constructor(code, detail = "", jobs = false) {
    super(code);
    this.code = code in MESSAGES ? code : "internal";
    [this.title, this.advice, this.retry = false] = MESSAGES[this.code];
    this.detail = detail;
    this.jobs = jobs;
  }
}

/** Problem of a failed response of the server or of API Gateway. */
export async function problemFromResponse(response) {
  const document = await response.json().catch(() => ({}));
  const code = document.code ?? BY_STATUS[response.status] ?? "internal";
  return new Problem(code, document.detail, Boolean(document.jobs) || code === "timed_out");
}

/** Problem of any exception; exceptions of `fetch` lack the reason. */
export function problemFromError(error) {
  if (error instanceof Problem) return error;
  if (error.name === "TimeoutError") return new Problem("no_answer");
  if (error instanceof TypeError) return new Problem(navigator.onLine ? "unreachable" : "offline");
  return new Problem("internal", String(error));
}

/** Show a problem in an element (a live region); null hides the element. */
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
    line.textContent = name === "detail" ? `Message of the server: “${text}”` : text;
    element.append(line);
  }
}
