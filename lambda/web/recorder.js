/** The button that records: a press starts, another stops; level, timer and hints meanwhile. */

import { clock } from "./format.js";
import { Meter } from "./meter.js";
import { element, say } from "./dom.js";
import { asProblem, Problem, showProblem } from "./problems.js";
import { startRecording } from "./record.js";

const TICK = 200; // milliseconds
const title = document.title;
let recording = null; // or the one that is under way
let meter = null;
let timer = null;
let starting = false;

/** Wire the button up; `onrecorded(blob)` gets what was recorded. */
export function setUpRecorder(onrecorded) {
  element("record").addEventListener("click", () =>
    recording ? finish(onrecorded) : start(onrecorded),
  );
  element("discard").addEventListener("click", discard);
}

/** Whether a recording would be lost now. */
export const isRecording = () => recording !== null;

async function start(onrecorded) {
  if (starting) return; // the browser still asks whether it may
  starting = true;
  showProblem(element("recorder-problem"), null);
  element("record-hint").textContent = "The browser asks whether this page may listen";
  try {
    recording = await startRecording();
    recording.onend = () => finish(onrecorded);
    show();
    meter = new Meter(element("meter"), recording, hint);
    timer = setInterval(() => (element("timer").textContent = clock(recording.seconds)), TICK);
    say("Recording.");
  } catch (error) {
    showProblem(element("recorder-problem"), asProblem(error));
    show();
  }
  starting = false;
}

async function finish(onrecorded) {
  const blob = await end();
  if (!blob) return;
  if (blob.size) onrecorded(blob);
  else showProblem(element("recorder-problem"), new Problem("nothing_recorded"));
}

async function discard() {
  await end();
  say("The recording is discarded.");
  element("record").focus();
}

/** Stop; resolves to the recording, or to nothing where another press has ended it already. */
async function end() {
  if (!recording) return null;
  const ended = recording;
  recording = null;
  meter.stop();
  clearInterval(timer);
  show();
  return ended.stop();
}

function show() {
  const on = recording !== null;
  document.body.classList.toggle("is-recording", on);
  document.title = on ? `● ${title}` : title;
  element("record-name").textContent = on ? "Stop" : "Record";
  element("record-hint").textContent = on ? "Press to stop" : "Press to record";
  element("recording").hidden = !on;
  element("or").hidden = on;
  element("timer").textContent = clock(0);
  element("quiet-hint").textContent = "";
}

function hint(quiet) {
  const text = quiet ? "Nothing is to be heard. Is this the right microphone?" : "";
  if (element("quiet-hint").textContent !== text) element("quiet-hint").textContent = text;
}
