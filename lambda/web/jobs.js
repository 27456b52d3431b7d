/** Audio of any size: an upload to the address that the server gives, then waiting. */

import { asProblem, Problem } from "./problems.js";
import { ask, mediaType } from "./server.js";

const FORMATS = ["json", "text", "srt", "vtt"];
const FIRST_WAIT = 1000; // milliseconds between two looks, at first and at most
const LONGEST_WAIT = 8000;
const PATIENCE = 10; // looks in a row that may fail, a minute or so
const WAITING = new Set(["awaiting_upload", "queued", "running"]);
const FINAL = { too_long: "too_long_for_upload", too_large: "too_large_for_upload" };

/** As `submit` of transcribe.js. */
export async function submitJob(audio, name, { signal, onphase, decoder }) {
  onphase("uploading", 0);
  const job = await create({ file_name: name, content_type: mediaType(audio), decoder }, signal);
  if (audio.size > job.max_bytes)
    throw new Problem("too_large_for_upload", sentence(job.max_bytes));
  await upload(job.upload, audio, signal, (fraction) => onphase("uploading", fraction));
  return async () => outcome(job.id, signal, onphase);
}

function sentence(bytes) {
  return `an upload may hold ${bytes.toLocaleString("en")} bytes`;
}

async function create(job, signal) {
  const response = await ask("v1/jobs", {
    method: "POST",
    body: JSON.stringify({ ...job, formats: FORMATS }),
    headers: { "content-type": "application/json" },
    signal,
  });
  return response.json();
}

/** POST a form to the storage; XMLHttpRequest, since fetch tells no progress of uploads. */
function upload({ url, fields }, audio, signal, onprogress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", audio);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.upload.onprogress = ({ loaded, total }) => onprogress(loaded / total);
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

/** Look until it is done. */
async function outcome(id, signal, onphase) {
  let failures = 0;
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
    const job = await look(id, signal).catch((error) => {
      signal.throwIfAborted();
      failures += 1;
      if (failures > PATIENCE || !asProblem(error).retry) throw error;
      return null;
    });
    if (job) failures = 0;
    if (job?.status === "succeeded") return heard(job);
    if (job?.status === "failed")
      throw new Problem(FINAL[job.problem.code] ?? job.problem.code, job.problem.detail);
    if (job && !WAITING.has(job.status)) throw new Problem("internal", `the job is ${job.status}`);
    if (job) onphase(job.status === "running" ? "transcribing" : "queued");
    await pause(wait, signal);
  }
}

/** A long transcript is not in the answer, but behind its link. */
async function heard({ id, transcript, results }) {
  const save = (format) => result(id, format);
  return { transcript: transcript ?? (await fetchText(results.json).then(JSON.parse)), save };
}

async function look(id, signal) {
  return (await ask(`v1/jobs/${encodeURIComponent(id)}`, { signal })).json();
}

/** One of the results, by a fresh link: the first may have run out by now. */
async function result(id, format) {
  return fetchText((await look(id)).results[format]);
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
