/** Requests to the server of this page, with the key where it asks for one. */

import { askForKey, keyHeaders } from "./key.js";
import { asProblem, Problem, problemOf } from "./problems.js";

const ANSWER_SECONDS = 300; // API Gateway gives up after 29; a server of one's own may take longer

/** Ask `path`, relative to the page; returns an answer that is good, raises a Problem else. */
export async function ask(path, { headers = {}, signal, ...request } = {}) {
  const signals = [AbortSignal.timeout(ANSWER_SECONDS * 1000), ...(signal ? [signal] : [])];
  try {
    const response = await fetch(path, {
      ...request,
      headers: { ...headers, ...keyHeaders() },
      signal: AbortSignal.any(signals),
    });
    if (response.ok) return response;
    throw await problemOf(response);
  } catch (error) {
    signal?.throwIfAborted();
    const problem = asProblem(error);
    if (problem.code !== "forbidden" || !(await askForKey())) throw problem;
    return ask(path, { headers, signal, ...request });
  }
}

/** What to call the bytes: declared so, API Gateway hands them on as they are. */
export function mediaType(audio) {
  return /^(audio|video)\//.test(audio.type) ? audio.type : "application/octet-stream";
}

/** The bytes of a file; raises a Problem for a folder, or a file that is gone or empty. */
export async function bytesOf(audio) {
  const bytes = await audio.arrayBuffer().catch(() => {
    throw new Problem("unreadable");
  });
  if (!bytes.byteLength) throw new Problem("empty_audio");
  return bytes;
}
