/** Whether the server's language model is to help, where it has one. */

import { element } from "./dom.js";

/** Offer the choice; at first it is the server's own. */
export function offerDecoder({ decoders, model }) {
  const box = element("language-model");
  box.checked = box.defaultChecked = model.decoder === "beam";
  element("choice").hidden = !decoders.includes("beam");
}

/** The decoder to ask for; undefined: the server's own. */
export function chosenDecoder() {
  const { checked, defaultChecked } = element("language-model");
  if (checked === defaultChecked) return undefined;
  return checked ? "beam" : "greedy";
}
