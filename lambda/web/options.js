/** Options of requests: with or without the server's language model, and punctuation. */

import { element } from "./dom.js";

/**
 * Show the options that the server has; `health` is its answer to /v1/health. The language model is
 * used by default if the server's setting says so.
 */
export function showOptions({ decoders, model, punctuation }) {
  const box = element("language-model");
  box.checked = box.defaultChecked = model.decoder === "beam";
  element("language-model-option").hidden = !decoders.includes("beam");
  element("punctuation-option").hidden = !punctuation;
}

/** Options for requests; absent where the server's setting applies. */
export function chosenOptions() {
  return { ...decoderOption(), ...punctuationOption() };
}

function decoderOption() {
  const { checked, defaultChecked } = element("language-model");
  if (checked === defaultChecked) return {};
  return { decoder: checked ? "beam" : "greedy" };
}

function punctuationOption() {
  if (element("punctuation-option").hidden) return {};
  return { punctuate: element("punctuation").checked };
}
