/** Options of requests: the server's language model, names to recognise, and punctuation. */

import { element } from "./dom.js";

/**
 * Show the options that the server has; `health` is its answer to /v1/health. The language model is
 * used by default if the server's setting says so.
 */
export function showOptions({ decoders, model, punctuation }) {
  const box = element("language-model");
  box.checked = box.defaultChecked = model.decoder === "beam";
  element("language-model-option").hidden = !decoders.includes("beam");
  element("vocabulary-option").hidden = !decoders.includes("beam");
  element("punctuation-option").hidden = !punctuation;
}

/** Options for requests; absent where the server's setting applies. */
export function chosenOptions() {
  const names = vocabularyOption(); // implies the language model
  return { ...(names ?? decoderOption()), ...punctuationOption() };
}

function vocabularyOption() {
  if (element("vocabulary-option").hidden) return undefined;
  const phrases = element("vocabulary").value.split(/[,;\n]/).map((phrase) => phrase.trim());
  const vocabulary = phrases.filter(Boolean);
  return vocabulary.length ? { vocabulary } : undefined;
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
