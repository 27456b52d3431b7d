/**
 * What is said of each problem, by its code: what happened, what to do, and whether trying the same
 * again can help. The codes are those of the server, and our own for what never reaches it.
 */

export const MESSAGES = {
  // The microphone
  insecure: [
    "The microphone works on secure pages only.",
    "Open this page by https://, or on localhost. Audio files can be chosen all the same.",
  ],
  no_recorder: ["This browser cannot record.", "Use a current one, or choose an audio file."],
  no_microphone: [
    "No microphone was found.",
    "Connect one and press the button again, or choose an audio file.",
  ],
  microphone_refused: [
    "This page may not use the microphone.",
    "Allow it in the browser's settings for this page (beside its address), then press the button again.",
  ],
  microphone_busy: [
    "The microphone gives no sound.",
    "Another program may be using it, or the system may keep it from the browser.",
  ],
  nothing_recorded: [
    "Nothing was recorded.",
    "Press, speak for a second or more, and press again.",
  ],

  // The audio
  unreadable: [
    "This cannot be read.",
    "A folder cannot be sent: choose the files in it. If the file has changed or moved, choose it again.",
  ],
  empty_audio: ["There is no sound in this.", "The file is empty. Choose another."],
  too_short: ["This is too short to hold a word.", "Record for longer than a moment."],
  unsupported_audio: [
    "This is not audio that can be read.",
    "WAV, FLAC, MP3, M4A, Ogg, Opus, WebM and many more can.",
  ],
  too_long: [
    "This is too long for one request, and this server takes no uploads.",
    "Cut it into shorter parts, or ask whoever runs this server to raise its limit.",
  ],
  too_large: [
    "This is too large for one request, and this server takes no uploads.",
    "Cut it into parts, or store it as Opus, MP3 or M4A, which are smaller.",
  ],
  too_large_for_upload: [
    "This is larger than what this server takes.",
    "Cut it into parts, or store it as Opus, MP3 or M4A, which are smaller.",
  ],
  too_long_for_upload: [
    "This is longer than what this server takes.",
    "Cut it into shorter parts.",
  ],

  audio_gone: ["The upload is not there any more.", "Try again.", true],

  // The way to the server
  offline: [
    "You are offline.",
    "Connect to the network, then try again. The audio is kept in this page.",
    true,
  ],
  unreachable: [
    "The server does not answer.",
    "Try again in a moment. The audio is kept in this page.",
    true,
  ],
  no_answer: [
    "The server took too long.",
    "Try again, or send shorter audio. The audio is kept in this page.",
    true,
  ],
  timed_out: [
    "The server took too long for one request, and takes no uploads.",
    "Send shorter audio.",
    true,
  ],
  upload_failed: ["The upload broke off.", "Check the connection, then try again.", true],

  // The server
  forbidden: [
    "The server asks for an API key.",
    "Whoever runs this server has one. Try again to enter it.",
    true,
  ],
  throttled: ["The server has too much to do.", "Wait a few seconds, then try again.", true],
  quota_exceeded: [
    "Today's requests are used up.",
    "Try again tomorrow, or ask whoever runs this server for more.",
    true,
  ],
  jobs_unavailable: [
    "The server cannot take uploads at the moment.",
    "Try again in a moment. The audio is kept in this page.",
    true,
  ],
  model_unavailable: [
    "The server cannot open its speech model.",
    "Whoever runs this server finds the reason in its logs.",
    true,
  ],
  not_found: [
    "The server does not know what this page asks for.",
    "Reload the page: it may be older than the server.",
    true,
  ],
  internal: [
    "The server failed.",
    "Try again. If it happens again, whoever runs this server finds the reason in its logs.",
    true,
  ],
};
