/** What both drawings share: sharpness on any screen, and the colours of the style sheet. */

/** A cleared canvas whose units are CSS pixels, and its size in them. */
export function fitted(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  const context = canvas.getContext("2d");
  context.scale(devicePixelRatio, devicePixelRatio);
  return { context, width, height };
}

/** The values of custom properties, in light or dark as the page is now. */
export function colours(...names) {
  const style = getComputedStyle(document.documentElement);
  return names.map((name) => style.getPropertyValue(name));
}
