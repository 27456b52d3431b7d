/** Transcription: in one request, or as a job if the audio is too large or too long for one. */

import { submitJob } from "./jobs.js";
import { Problem } from "./problems.js";
import { fetchApi, readBytes, mediaType } from "./server.js";

// In base64 and within API Gateway's event, just under Lambda's 6 MiB.
const REQUEST_MAX_BYTES = 4_700_000;
const NO_JOBS = new Set(["not_found", "jobs_unavailable"]);

let last = Promise.resolve(); // the last submission

/**
 * Send audio after all earlier submissions have been sent.
 *
 * Resolves to a function that waits for the result, so that the next audio can be sent meanwhile:
 * `{transcript, load(format)}`, where `load` resolves to the transcript in one of the formats.
 * Throws a Problem. `onPhase(phase, fraction)` reports the progress; `chosen` are the options of
 * the request.
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
    return sendAsJob(new Problem("too_large"), audio, name, options);
  options.onPhase("transcribing");
  try {
    const answer = await (await request(audio, "json", options)).text();
    const load = formatLoader(audio, answer, options);
    return async () => ({ transcript: JSON.parse(answer), load });
  } catch (problem) {
    if (!problem.jobs) throw problem;
    return sendAsJob(problem, audio, name, options);
  }
}

/** Send audio as a job; if the server has no jobs, throw the reason why one was needed. */
async function sendAsJob(reason, audio, name, options) {
  try {
    return await submitJob(audio, name, options);
  } catch (problem) {
    if (!NO_JOBS.has(problem.code)) throw problem;
    throw new Problem(reason.code, reason.detail || problem.detail);
  }
}

async function request(audio, format, { chosen, signal }) {
  const query = new URLSearchParams({ format, ...chosen });
  return fetchApi(`v1/transcribe?${query}`, {
    method: "POST",
    body: await readBytes(audio),
    headers: { "content-type": mediaType(audio) },
    signal,
  });
}

/** The response has the JSON and the text; each subtitle format needs another request. */
function formatLoader(audio, answer, { chosen }) {
  const loaded = new Map([
    ["json", answer],
    ["text", `${JSON.parse(answer).transcript}\n`],
  ]);
  return async (format) => {
    if (!loaded.has(format))
      loaded.set(format, await (await request(audio, format, { chosen })).text());
    return loaded.get(format);
  };
}
