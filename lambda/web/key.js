/** The API key: asked for once, kept in this browser, forgotten on request. */

import { element, say } from "./dom.js";

const NAME = "serverless-asr-api-key";

let key = storage()?.getItem(NAME) ?? null;
let asking = null; // what waits for the dialog, while it is open

/** The headers that carry the key, where there is one. */
export function keyHeaders() {
  return key ? { "x-api-key": key } : {};
}

/** Ask for a key, once however many wait for it; resolves to whether one was given. */
export function askForKey() {
  asking ??= ask().finally(() => (asking = null));
  return asking;
}

/** Wire the dialog and the button up. */
export function setUpKey() {
  const dialog = element("key-dialog");
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close("given");
  });
  element("key-cancel").addEventListener("click", () => dialog.close());
  element("forget-key").addEventListener("click", () => {
    keep(null);
    say("The API key is forgotten.");
    element("record").focus();
  });
  element("forget-key").hidden = key === null;
}

async function ask() {
  const [dialog, input, refused] = [element("key-dialog"), element("key"), element("key-refused")];
  refused.hidden = key === null;
  refused.textContent = key && "The server does not take the key that it was sent. Enter another.";
  input.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue === "given") keep(input.value.trim());
  return dialog.returnValue === "given";
}

function keep(value) {
  key = value;
  if (value === null) storage()?.removeItem(NAME);
  else storage()?.setItem(NAME, value);
  element("forget-key").hidden = value === null;
}

/** What this browser keeps for the page; null where its settings let it keep nothing. */
function storage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
