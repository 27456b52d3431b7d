/** Copying text to the clipboard, and saving text and audio as files. */

const TYPES = {
  text: ["text/plain", "txt"],
  srt: ["application/x-subrip", "srt"],
  vtt: ["text/vtt", "vtt"],
  json: ["application/json", "json"],
};
const READ_MILLISECONDS = 60_000; // after which the browser has read the blob

/** Copy text; insecure pages have no clipboard, so the element that shows it is selected. */
export async function copyText(text, element) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  getSelection().selectAllChildren(element);
  document.execCommand("copy");
  return getSelection().removeAllRanges();
}

/** Save a transcript in `format`, with the file name of the audio. */
export function saveText(text, name, format) {
  const [type, extension] = TYPES[format];
  saveBlob(new Blob([text], { type }), `${name.replace(/\.[^.]+$/, "")}.${extension}`);
}

/** Save a recording in the format of the browser. */
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
