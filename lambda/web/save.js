/** Text and audio to the clipboard and to files. */

const TYPES = {
  text: ["text/plain", "txt"],
  srt: ["application/x-subrip", "srt"],
  vtt: ["text/vtt", "vtt"],
  json: ["application/json", "json"],
};
const READ_MILLISECONDS = 60_000; // by when the browser has surely read what it saves

/** Copy text; where the page is not secure, and so has no clipboard, by selecting what shows it. */
export async function copyText(text, shown) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  getSelection().selectAllChildren(shown);
  document.execCommand("copy");
  return getSelection().removeAllRanges();
}

/** Save what the server wrote in `format`, named like the audio. */
export function saveText(text, name, format) {
  const [type, ending] = TYPES[format];
  saveBlob(new Blob([text], { type }), `${name.replace(/\.[^.]+$/, "")}.${ending}`);
}

/** Save a recording in the form in which the browser made it. */
export function saveAudio(blob, name) {
  const subtype = blob.type.replace(/^[^/]*\/|;.*$/g, "");
  saveBlob(blob, `${name}.${subtype === "mp4" ? "m4a" : subtype}`);
}

function saveBlob(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ_MILLISECONDS);
}
