/** The API key: prompted for once, stored in this browser until it is removed. */

import { element, announce } from "./dom.js";

const NAME = "serverless-asr-api-key";

let key = storage()?.getItem(NAME) ?? null;
let prompt = null; // pending while the dialog is open

/** Header with the key, if there is one. */
export function keyHeaders() {
  return key ? { "x-api-key": key } : {};
}

/** Prompt for a key, once for all waiting requests; resolves to whether one was entered. */
export function promptForKey() {
  prompt ??= showDialog().finally(() => (prompt = null));
  return prompt;
}

/** Set up the dialog and the button. */
export function setUpKey() {
  const dialog = element("key-dialog");
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close("entered");
  });
  element("key-cancel").addEventListener("click", () => dialog.close());
  element("remove-key").addEventListener("click", () => {
    storeKey(null);
    announce("API key removed.");
    element("record").focus();
  });
  element("remove-key").hidden = key === null;
}

async function showDialog() {
  const dialog = element("key-dialog");
  const [input, rejected] = [element("key"), element("key-rejected")];
  rejected.hidden = key === null;
  rejected.textContent = key && "The server rejected the API key. Enter another one.";
  input.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue === "entered") storeKey(input.value.trim());
  return dialog.returnValue === "entered";
}

function storeKey(value) {
  key = value;
  if (value === null) storage()?.removeItem(NAME);
  else storage()?.setItem(NAME, value);
  element("remove-key").hidden = value === null;
}

/** Local storage; null if the settings of the browser forbid it. */
function storage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
