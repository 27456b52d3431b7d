/** Display formats of times, confidences and fractions. */

const LEVELS = [
  [0.8, "high"],
  [0.5, "medium"],
  [0, "low"],
];
const pad = (value) => String(value).padStart(2, "0");

/** Seconds as 0:07, 12:30 or 1:02:03. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** Seconds with tenths, as 0:07.4. */
export function clockTenths(seconds) {
  const tenths = Math.round(seconds * 10);
  return `${clock(tenths / 10)}.${tenths % 10}`;
}

/** Level of a confidence in the legend; also a class of the style sheet. */
export function confidenceLevel(confidence) {
  return LEVELS.find(([minimum]) => confidence >= minimum)[1];
}

/** Fraction in per cent, rounded down so that it never shows a higher level. */
export function percent(fraction) {
  return `${Math.floor(fraction * 100 + 1e-9)} %`;
}
