/** Recording of the microphone with MediaRecorder, and its level. */

import { Problem } from "./problems.js";

// Chromium and Firefox support the first, Safari the second; the server accepts all.
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS_PER_SECOND = 64_000; // more than speech needs; 300 s have 2.4 MB
const ERROR_CODES = {
  NotAllowedError: "microphone_denied",
  SecurityError: "microphone_denied",
  NotFoundError: "no_microphone",
  OverconstrainedError: "no_microphone",
};

/** Request the microphone and start recording; throws a Problem. */
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
    throw new Problem(ERROR_CODES[error.name] ?? "microphone_busy");
  }
}

/** A recording in progress; `onend` is called if the microphone is disconnected. */
export class Recording {
  onend = () => {};
  #chunks = [];

  constructor(stream) {
    this.stream = stream;
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
    this.recorder.ondataavailable = ({ data }) => this.#chunks.push(data);
    this.stopped = new Promise((resolve) => (this.recorder.onstop = resolve));
    this.recorder.start(1000); // chunks of a second, so that a crash of the encoder loses only one
    this.started = performance.now();
    for (const track of stream.getTracks()) track.onended = () => this.onend();

    this.context = new AudioContext();
    this.context.resume(); // Safari creates it suspended
    this.analyser = this.context.createAnalyser();
    this.samples = new Float32Array(this.analyser.fftSize);
    this.context.createMediaStreamSource(stream).connect(this.analyser);
  }

  /** Seconds since the start. */
  get seconds() {
    return (performance.now() - this.started) / 1000;
  }

  /** Current level: root mean square in dBFS, at least -100. */
  level() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const power =
      this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length;
    return Math.max(-100, 10 * Math.log10(power));
  }

  /** Stop, release the microphone and return the audio. */
  async stop() {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    await this.stopped;
    for (const track of this.stream.getTracks()) track.stop();
    await this.context.close();
    return new Blob(this.#chunks, { type: this.recorder.mimeType });
  }
}
