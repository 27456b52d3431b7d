/** Canvas scaling for high-density screens, and colours of the style sheet. */

/** Clear a canvas and scale it to CSS pixels; returns its context and size. */
export function prepareCanvas(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  const context = canvas.getContext("2d");
  context.scale(devicePixelRatio, devicePixelRatio);
  return { context, width, height };
}

/** Values of CSS custom properties in the current colour scheme. */
export function cssColours(...names) {
  const style = getComputedStyle(document.documentElement);
  return names.map((name) => style.getPropertyValue(name));
}
