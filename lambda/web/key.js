/** The API key: asked for once, kept in this browser, forgotten on request. */

import { element, say } from "./page.js";

const NAME = "serverless-asr-api-key";
let asking = null;

/** The headers that carry the key, where there is one. */
export function keyHeaders() {
  const key = localStorage.getItem(NAME);
  return key ? { "x-api-key": key } : {};
}

/** Ask for a key, once however many wait for it; resolves to whether one was given. */
export function askForKey() {
  asking ??= ask().finally(() => (asking = null));
  return asking;
}

/** Show the button that forgets the key while there is one. */
export function showKey() {
  element("forget-key").hidden = localStorage.getItem(NAME) === null;
}

async function ask() {
  const [dialog, input, refused] = [element("key-dialog"), element("key"), element("key-refused")];
  refused.hidden = localStorage.getItem(NAME) === null;
  refused.textContent = refused.hidden ? "" : "The server does not take the key that this browser has. Enter another.";
  input.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue !== "given" || !input.value.trim()) return false;
  localStorage.setItem(NAME, input.value.trim());
  showKey();
  return true;
}

element("key-dialog").querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  element("key-dialog").close("given");
});
element("key-cancel").addEventListener("click", () => element("key-dialog").close());
element("forget-key").addEventListener("click", () => {
  localStorage.removeItem(NAME);
  showKey();
  say("The API key is forgotten.");
  element("record").focus();
});
