/** Choice of the decoder: with or without the server's language model. */

import { element } from "./dom.js";

/** Show the choice if the server has a language model; the default is the server's setting. */
export function showDecoderChoice({ decoders, model }) {
  const box = element("language-model");
  box.checked = box.defaultChecked = model.decoder === "beam";
  element("choice").hidden = !decoders.includes("beam");
}

/** Decoder for requests; undefined for the server's setting. */
export function chosenDecoder() {
  const { checked, defaultChecked } = element("language-model");
  if (checked === defaultChecked) return undefined;
  return checked ? "beam" : "greedy";
}
