/** Element lookup and announcements to screen readers. */

/** Element by id. */
export const element = (id) => document.getElementById(id);

/** Announce a text to screen readers. */
export function announce(text) {
  element("status").textContent = text;
}
