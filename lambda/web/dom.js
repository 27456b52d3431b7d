/** What all parts of the page use. */

/** The element of that id. */
export const element = (id) => document.getElementById(id);

/** Tell those who listen to the page instead of looking at it. */
export function say(text) {
  element("status").textContent = text;
}
