/**
 * Title, advice and whether a retry can help, for each error code. The codes are the
 * server's, and codes of errors in the browser.
 */

export const MESSAGES = {
  // The microphone
  insecure: [
    "The microphone works on secure pages only.",
    "Open this page with https://, or on localhost. You can still choose audio files.",
  ],
  no_recorder: ["This browser cannot record.", "Use a current browser, or choose an audio file."],
  no_microphone: [
    "No microphone was found.",
    "Connect one and press the button again, or choose an audio file.",
  ],
  microphone_denied: [
    "This page may not use the microphone.",
    "Allow it in the browser's settings for this page (next to the address), then press the button again.",
  ],
  microphone_busy: [
    "The microphone cannot be opened.",
    "Another program may be using it, or the system settings may block it for the browser.",
  ],
  nothing_recorded: [
    "Nothing was recorded.",
    "Press the button, speak for at least a second, and press it again.",
  ],

  // The audio
  unreadable: [
    "The file cannot be read.",
    "A folder cannot be sent: choose the files in it. If the file has changed or moved, choose it again.",
  ],
  empty_audio: ["The audio is empty.", "Choose another file."],
  too_short: ["The audio is too short.", "Record for at least a second."],
  unsupported_audio: [
    "The audio format is not supported.",
    "Supported are WAV, FLAC, MP3, M4A, Ogg, Opus, WebM and many more.",
  ],
  too_long: [
    "The audio is too long for one request, and this server accepts no uploads.",
    "Split it into shorter parts, or ask the operator of this server to raise the limit.",
  ],
  too_large: [
    "The audio is too large for one request, and this server accepts no uploads.",
    "Split it into parts, or store it as Opus, MP3 or M4A, which are smaller.",
  ],
  too_large_for_upload: [
    "The audio is larger than this server accepts.",
    "Split it into parts, or store it as Opus, MP3 or M4A, which are smaller.",
  ],
  too_long_for_upload: [
    "The audio is longer than this server accepts.",
    "Split it into shorter parts.",
  ],

  audio_gone: ["The upload no longer exists.", "Try again.", true],

  // The connection to the server
  offline: [
    "You are offline.",
    "Connect to the network, then try again. The audio is kept in this page.",
    true,
  ],
  unreachable: [
    "The server does not respond.",
    "Try again in a moment. The audio is kept in this page.",
    true,
  ],
  no_answer: [
    "The server took too long.",
    "Try again, or send shorter audio. The audio is kept in this page.",
    true,
  ],
  timed_out: [
    "The transcription took too long for one request, and this server accepts no uploads.",
    "Send shorter audio.",
    true,
  ],
  upload_failed: ["The upload was interrupted.", "Check the connection, then try again.", true],

  // The server
  forbidden: [
    "The server requires an API key.",
    "The operator of this server has one. Try again to enter it.",
    true,
  ],
  throttled: ["There are too many requests.", "Wait a few seconds, then try again.", true],
  quota_exceeded: [
    "The daily quota is used up.",
    "Try again tomorrow, or ask the operator of this server for more.",
    true,
  ],
  jobs_unavailable: [
    "The server cannot accept uploads at the moment.",
    "Try again in a moment. The audio is kept in this page.",
    true,
  ],
  model_unavailable: [
    "The server cannot load its speech model.",
    "The operator of this server finds the reason in its logs.",
    true,
  ],
  not_found: [
    "The server lacks a route that this page needs.",
    "Reload the page: it may be older than the server.",
    true,
  ],
  internal: [
    "The server had an internal error.",
    "Try again. If it happens again, the operator of this server finds the reason in its logs.",
    true,
  ],
};
