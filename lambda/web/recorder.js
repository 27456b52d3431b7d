/** The record button with its level meter, timer and hints. */

import { clock } from "./format.js";
import { Meter } from "./meter.js";
import { element, announce } from "./dom.js";
import { problemFromError, Problem, showProblem } from "./problems.js";
import { startRecording } from "./record.js";

const TICK = 200; // milliseconds
const title = document.title;
let recording = null; // the recording in progress
let meter = null;
let timer = null;
let starting = false;

/** Set up the buttons; `onRecorded(blob)` receives the audio. */
export function setUpRecorder(onRecorded) {
  element("record").addEventListener("click", () =>
    recording ? finish(onRecorded) : start(onRecorded),
  );
  element("discard").addEventListener("click", discard);
}

/** Whether a recording is in progress. */
export const isRecording = () => recording !== null;

async function start(onRecorded) {
  if (starting) return; // the permission dialog is still open
  starting = true;
  showProblem(element("recorder-problem"), null);
  element("record-hint").textContent = "Allow this page to use the microphone";
  try {
    recording = await startRecording();
    recording.onend = () => finish(onRecorded);
    show();
    meter = new Meter(element("meter"), recording, showHint);
    timer = setInterval(() => (element("timer").textContent = clock(recording.seconds)), TICK);
    announce("Recording.");
  } catch (error) {
    showProblem(element("recorder-problem"), problemFromError(error));
    show();
  }
  starting = false;
}

async function finish(onRecorded) {
  const blob = await end();
  if (!blob) return;
  if (blob.size) onRecorded(blob);
  else showProblem(element("recorder-problem"), new Problem("nothing_recorded"));
}

async function discard() {
  await end();
  announce("Recording discarded.");
  element("record").focus();
}

/** Stop; resolves to the audio, or to null if the recording has already ended. */
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

function showHint(quiet) {
  const text = quiet ? "No sound detected. Is this the right microphone?" : "";
  if (element("quiet-hint").textContent !== text) element("quiet-hint").textContent = text;
}
