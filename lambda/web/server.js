/** Requests to the server, with the API key if it requires one. */

import { promptForKey, keyHeaders } from "./key.js";
import { problemFromError, Problem, problemFromResponse } from "./problems.js";

const ANSWER_SECONDS = 300; // API Gateway times out after 29; a local server may take longer

/** Fetch `path`, relative to the page; returns a successful response, or throws a Problem. */
export async function fetchApi(path, { headers = {}, signal, ...request } = {}) {
  const signals = [AbortSignal.timeout(ANSWER_SECONDS * 1000), ...(signal ? [signal] : [])];
  try {
    const response = await fetch(path, {
      ...request,
      headers: { ...headers, ...keyHeaders() },
      signal: AbortSignal.any(signals),
    });
    if (response.ok) return response;
    throw await problemFromResponse(response);
  } catch (error) {
    signal?.throwIfAborted();
    const problem = problemFromError(error);
    if (problem.code !== "forbidden" || !(await promptForKey())) throw problem;
    return fetchApi(path, { headers, signal, ...request });
  }
}

/** Content type with which API Gateway passes the audio as binary. */
export function mediaType(audio) {
  return /^(audio|video)\//.test(audio.type) ? audio.type : "application/octet-stream";
}

/** Read a file; throws a Problem for a folder, or a missing or empty file. */
export async function readBytes(audio) {
  const bytes = await audio.arrayBuffer().catch(() => {
    throw new Problem("unreadable");
  });
  if (!bytes.byteLength) throw new Problem("empty_audio");
  return bytes;
}
