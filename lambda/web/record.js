/** The microphone: a recording as the browser makes it, and how loud it is meanwhile. */

import { Problem } from "./problems.js";

// Chromium and Firefox write the first, Safari the second; the server reads all of them.
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS_PER_SECOND = 64_000; // beyond what speech needs: 300 s are 2.4 MB
const REFUSALS = {
  NotAllowedError: "microphone_refused",
  SecurityError: "microphone_refused",
  NotFoundError: "no_microphone",
  OverconstrainedError: "no_microphone",
};

/** Ask for the microphone and start; raises a Problem where that cannot be. */
export async function startRecording() {
  if (!window.isSecureContext) throw new Problem("insecure");
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder)
    throw new Problem("no_recorder");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    return new Recording(stream);
  } catch (error) {
    for (const track of stream?.getTracks() ?? []) track.stop();
    throw new Problem(REFUSALS[error.name] ?? "microphone_busy");
  }
}

/** A recording under way; `onend` is called when the microphone goes away by itself. */
export class Recording {
  onend = () => {};
  #chunks = [];

  constructor(stream) {
    this.stream = stream;
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
    this.recorder.ondataavailable = ({ data }) => this.#chunks.push(data);
    this.stopped = new Promise((resolve) => (this.recorder.onstop = resolve));
    this.recorder.start(1000); // in pieces of a second, so that a crash of the encoder loses one
    this.started = performance.now();
    for (const track of stream.getTracks()) track.onended = () => this.onend();

    this.context = new AudioContext();
    this.context.resume(); // Safari starts it asleep
    this.analyser = this.context.createAnalyser();
    this.samples = new Float32Array(this.analyser.fftSize);
    this.context.createMediaStreamSource(stream).connect(this.analyser);
  }

  /** Seconds since the start. */
  get seconds() {
    return (performance.now() - this.started) / 1000;
  }

  /** The level of this moment, root mean square, in dB below full scale (-100 is silence). */
  level() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const power =
      this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length;
    return Math.max(-100, 10 * Math.log10(power));
  }

  /** End it, let go of the microphone, and return what was recorded. */
  async stop() {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    await this.stopped;
    for (const track of this.stream.getTracks()) track.stop();
    await this.context.close();
    return new Blob(this.#chunks, { type: this.recorder.mimeType });
  }
}
