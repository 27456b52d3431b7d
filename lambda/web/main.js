/** Entry point: recordings and files in, results out. */

import { setUpKey } from "./key.js";
import { element } from "./dom.js";
import { showOptions } from "./options.js";
import { isRecording, setUpRecorder } from "./recorder.js";
import { Result } from "./result.js";

const results = new Set();
let recorded = 0;

function add(audio, name, isRecorded) {
  const result = new Result(audio, name, isRecorded, onRemove);
  results.add(result);
  element("results").prepend(result.element);
  element("results-section").hidden = false;
  result.send();
}

function onRemove(result) {
  results.delete(result);
  element("results-section").hidden = results.size === 0;
  const next = element("results").querySelector("h3") ?? element("record");
  next.focus();
}

/** Add files: listed and sent in their order, the first on top. */
function addFiles(files) {
  // macOS keeps attributes of a file `a.wav` in a file `._a.wav`.
  const list = [...files].filter(({ name }) => !name.startsWith("._"));
  for (const file of list) add(file, file.name, false);
  element("results").prepend(
    ...list.map((_, index) => element("results").children[list.length - 1 - index]),
  );
}

function setUpFiles() {
  const [input, drop] = [element("files"), element("drop")];
  element("choose").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    addFiles(input.files);
    input.value = ""; // so that the same file can be chosen again
  });
  const hasFiles = (event) => event.dataTransfer.types.includes("Files");
  addEventListener("dragenter", (event) => (drop.hidden = !hasFiles(event)));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("dragleave", (event) => (drop.hidden ||= event.relatedTarget === null));
  addEventListener("drop", (event) => {
    drop.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    addFiles(event.dataTransfer.files);
  });
}

/** Show the model and the options; the request also makes a cold server load the model. */
async function showModel() {
  const response = await fetch("v1/health").catch(() => null);
  if (!response?.ok) return;
  const health = await response.json();
  element("model").textContent = `Model: ${health.model.name} ${health.model.version}`;
  showOptions(health);
}

setUpRecorder((blob) => add(blob, `Recording ${++recorded}`, true));
setUpFiles();
setUpKey();
showModel();
addEventListener("beforeunload", (event) => {
  if (isRecording() || [...results].some((result) => result.isUnsaved)) event.preventDefault();
});
