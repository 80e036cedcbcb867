// What the page shows is kept in its address, so that a link shows the same: #q=ci&band=high&sort=idleWeight.

/** What the address may say, and what holds where it says nothing. */
const DEFAULTS = {
  q: "", band: "", kind: "", boundary: "", flag: "", index: "", in: "", unjudged: "", sort: "index", dir: "", open: "", theme: "",
};

/** The state in the address; `null` where that is a place on the page, such as #idle. */
function stateOf(fragment) {
  const text = fragment.replace(/^#/, "");
  if (text !== "" && !text.includes("=")) return null;
  const given = new URLSearchParams(text);
  const state = { ...DEFAULTS };
  for (const key of Object.keys(DEFAULTS)) {
    if (given.has(key)) state[key] = given.get(key);
  }
  return state;
}

/** The address of a state. */
function fragmentOf(state) {
  const said = Object.keys(DEFAULTS).filter((key) => state[key] !== DEFAULTS[key]);
  return said.map((key) => `${key}=${encodeURIComponent(state[key])}`).join("&");
}
