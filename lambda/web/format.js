/** Figures as people read them: times, and how sure the model is. */

const STEPS = [
  [0.8, "sure"],
  [0.5, "unsure"],
  [0, "doubtful"],
];
const pad = (value) => String(value).padStart(2, "0");

/** Seconds as 0:07, 12:30 or 1:02:03. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** Seconds as 0:07.4: a word is shorter than a second. */
export function moment(seconds) {
  const tenths = Math.round(seconds * 10);
  return `${clock(tenths / 10)}.${tenths % 10}`;
}

/** The step of a probability, of those that the legend shows; also a class of the style sheet. */
export function step(confidence) {
  return STEPS.find(([least]) => confidence >= least)[1];
}

/** A share as a whole number of per cent, never rounded up into the next step. */
export function percent(share) {
  return `${Math.floor(share * 100 + 1e-9)} %`;
}
