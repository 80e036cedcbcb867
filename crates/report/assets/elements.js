// Making elements. Whatever comes from the account goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with these attributes (`null` is left out) and children; a string is text. */
function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for a drawing. */
function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** A sentence in which names stand in backticks. */
function prose(text) {
  return text.split("`").map((part, place) => (place % 2 ? element("code", {}, part) : part));
}

function byId(id) {
  return document.getElementById(id);
}

const THOUSANDS = new Intl.NumberFormat("en");

/** A number of things: `1 action`, `12,326 actions`. */
function counted(count, one, more = `${one}s`) {
  return `${THOUSANDS.format(count)} ${count === 1 ? one : more}`;
}

const TENTHS = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** A weight: in tenths below 1,000, and whole above. */
function weighed(weight) {
  return weight < 1000 ? TENTHS.format(weight) : THOUSANDS.format(Math.round(weight));
}

/** A bar of parts, each a class and a number, that fill the whole width. */
function bar(parts, attributes = {}) {
  const whole = parts.reduce((sum, [, count]) => sum + count, 0);
  let x = 0;
  const rects = parts.map(([kind, count]) => {
    const width = whole === 0 ? 0 : (100 * count) / whole;
    const rect = drawn("rect", { class: kind, x, width, height: 5 });
    x += width;
    return rect;
  });
  return drawn("svg", { viewBox: "0 0 100 5", "aria-hidden": "true", ...attributes }, ...rects);
}
