/** Transcription of large audio: presigned upload, then polling of the job. */

import { problemFromError, Problem } from "./problems.js";
import { fetchApi, mediaType } from "./server.js";

const FORMATS = ["json", "text", "srt", "vtt"];
const FIRST_WAIT = 1000; // milliseconds between two requests, at first and at most
const LONGEST_WAIT = 8000;
const MAX_FAILURES = 10; // consecutive failed requests, about a minute
const WAITING = new Set(["awaiting_upload", "queued", "running"]);
const UPLOAD_CODES = { too_long: "too_long_for_upload", too_large: "too_large_for_upload" };

/** Same contract as `submit` of transcribe.js. */
export async function submitJob(audio, name, { signal, onPhase, chosen }) {
  onPhase("uploading", 0);
  const job = await create({ file_name: name, content_type: mediaType(audio), ...chosen }, signal);
  if (audio.size > job.max_bytes)
    throw new Problem("too_large_for_upload", sizeLimit(job.max_bytes));
  await upload(job.upload, audio, signal, (fraction) => onPhase("uploading", fraction));
  return async () => pollJob(job.id, signal, onPhase);
}

function sizeLimit(bytes) {
  return `an upload may have ${bytes.toLocaleString("en")} bytes`;
}

async function create(job, signal) {
  const response = await fetchApi("v1/jobs", {
    method: "POST",
    body: JSON.stringify({ ...job, formats: FORMATS }),
    headers: { "content-type": "application/json" },
    signal,
  });
  return response.json();
}

/** POST a form to S3, with XMLHttpRequest because fetch has no upload progress. */
function upload({ url, fields }, audio, signal, onProgress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", audio);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => {
      if (request.status < 300) return resolve();
      const tooLarge = request.responseText.includes("EntityTooLarge");
      return reject(new Problem(tooLarge ? "too_large_for_upload" : "upload_failed"));
    };
    request.onerror = () => reject(new Problem(navigator.onLine ? "upload_failed" : "offline"));
    signal.addEventListener("abort", () => {
      request.abort();
      reject(signal.reason);
    });
    request.send(form);
  });
}

/** Poll the job until it ends. */
async function pollJob(id, signal, onPhase) {
  let failures = 0;
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
    const job = await fetchJob(id, signal).catch((error) => {
      signal.throwIfAborted();
      failures += 1;
      if (failures > MAX_FAILURES || !problemFromError(error).retry) throw error;
      return null;
    });
    if (job) failures = 0;
    if (job?.status === "succeeded") return loadResult(job);
    if (job?.status === "failed")
      throw new Problem(UPLOAD_CODES[job.problem.code] ?? job.problem.code, job.problem.detail);
    if (job && !WAITING.has(job.status))
      throw new Problem("internal", `unknown job status ${job.status}`);
    if (job) onPhase(job.status === "running" ? "transcribing" : "queued");
    await pause(wait, signal);
  }
}

/** Load the transcript; a long one is only linked. */
async function loadResult({ id, transcript, results }) {
  const load = (format) => loadFormat(id, format);
  return { transcript: transcript ?? (await fetchText(results.json).then(JSON.parse)), load };
}

async function fetchJob(id, signal) {
  return (await fetchApi(`v1/jobs/${encodeURIComponent(id)}`, { signal })).json();
}

/** Load a result by a new link, because the first one may have expired. */
async function loadFormat(id, format) {
  return fetchText((await fetchJob(id)).results[format]);
}

async function fetchText(link) {
  const response = await fetch(link);
  if (!response.ok) throw new Problem("unreachable");
  return response.text();
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}
