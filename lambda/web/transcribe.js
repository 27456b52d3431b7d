/** Audio to a transcript: in one request, or as a job where one request cannot carry it. */

import { submitJob } from "./jobs.js";
import { Problem } from "./problems.js";
import { ask, bytesOf, mediaType } from "./server.js";

// With base64 and API Gateway's event around it, just under Lambda's 6 MiB.
const REQUEST_MAX_BYTES = 4_700_000;
const TOO_MUCH = new Set(["too_large", "too_long", "timed_out"]);
const NO_JOBS = new Set(["not_found", "jobs_unavailable"]);

let last = Promise.resolve(); // what was submitted last

/**
 * Send audio, when all that came before is sent.
 *
 * Resolves to a function that waits for the outcome, so that the next can be sent meanwhile:
 * `{transcript, save(format)}`, where `save` resolves to the text of one of the formats, as the
 * server writes it. Raises a Problem. `onphase(phase, fraction)` tells how far it is; `decoder` is
 * the server's own where it is undefined.
 */
export function submit(audio, name, options) {
  const sent = last.then(() => {
    options.signal.throwIfAborted();
    return send(audio, name, options);
  });
  last = sent.catch(() => {});
  return sent;
}

async function send(audio, name, options) {
  if (audio.size > REQUEST_MAX_BYTES)
    return sendTooMuch(new Problem("too_large"), audio, name, options);
  options.onphase("transcribing");
  try {
    const answer = await (await request(audio, "json", options)).text();
    return async () => ({ transcript: JSON.parse(answer), save: saver(audio, answer, options) });
  } catch (problem) {
    if (!TOO_MUCH.has(problem.code)) throw problem;
    return sendTooMuch(problem, audio, name, options);
  }
}

/** Send it as a job; where the server has none, the problem is `why` one was needed. */
async function sendTooMuch(why, audio, name, options) {
  try {
    return await submitJob(audio, name, options);
  } catch (problem) {
    throw NO_JOBS.has(problem.code) ? new Problem(why.code, why.detail || problem.detail) : problem;
  }
}

async function request(audio, format, { decoder, signal }) {
  const query = new URLSearchParams({ format, ...(decoder && { decoder }) });
  return ask(`v1/transcribe?${query}`, {
    method: "POST",
    body: await bytesOf(audio),
    headers: { "content-type": mediaType(audio) },
    signal,
  });
}

/** The answer has the JSON and the text; for subtitles the server is asked again, once each. */
function saver(audio, answer, { decoder }) {
  const saved = new Map([
    ["json", answer],
    ["text", `${JSON.parse(answer).transcript}\n`],
  ]);
  return async (format) => {
    if (!saved.has(format))
      saved.set(format, await (await request(audio, format, { decoder })).text());
    return saved.get(format);
  };
}
