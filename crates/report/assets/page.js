// The page at work: the list, its filters, the address, the theme.

const PAGE = 100;
const PRINTED = 1000;

const data = JSON.parse(byId("data").textContent);
const rows = rowsOf(data);
const byName = new Map(rows.map((row) => [row.name, row]));
const FILTERS = ["q", "band", "kind", "boundary", "flag", "sort"];
const NUMBERS = ["index", "change", "idleWeight"];
const COLUMNS = [
  ["name", "Principal"], ["index", "Index"], ...(data.hasEarlier ? [["change", "Change"]] : []), ["idleWeight", "Idle weight"],
  ["used", "Used"], ...(data.weighting === "reach" ? [["reaches", "Reaches"]] : []), [null, "Most idle, in points"], ["characters", "Boundary"],
];

let state = stateOf(location.hash) ?? { ...DEFAULTS };
let shown = [];
let count = 0;

function start() {
  byId("list").tHead.rows[0].append(...COLUMNS.map(head));
  for (const key of FILTERS) {
    byId(key).addEventListener(key === "q" ? "input" : "change", () => change({ [key]: byId(key).value, ...(key === "sort" ? { dir: "" } : {}) }));
  }
  byId("filters").addEventListener("reset", (event) => {
    event.preventDefault();
    change({ ...DEFAULTS, theme: state.theme });
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("more").addEventListener("click", showMore);
  byId("theme").addEventListener("click", () => change({ theme: { "": "dark", dark: "light", light: "" }[state.theme] ?? "" }));
  byId("print").addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", () => append(Math.min(shown.length, PRINTED)));
  window.addEventListener("hashchange", follow);
  document.addEventListener("click", stay);
  for (const id of ["filters", "list", "theme", "print"]) byId(id).hidden = false;
  show();
  if (location.hash.includes("=") && Object.keys(DEFAULTS).some((key) => key !== "theme" && state[key] !== DEFAULTS[key])) byId("principals").scrollIntoView();
}

/** Goes to another state: the address says it, and the page shows it. */
function change(changes) {
  state = { ...state, ...changes };
  keep();
  show();
}

/** Has the address say what is shown. */
function keep() {
  const fragment = fragmentOf(state);
  history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
}

/** Follows the address, as links and the browser's own buttons change it. */
function follow() {
  const next = stateOf(location.hash);
  if (next === null) return;
  state = { ...next, theme: next.theme || state.theme };
  keep();
  show();
  byId("principals").scrollIntoView();
}

/** A link to a place on the page goes there and leaves the address as it is. */
function stay(event) {
  const link = event.target.closest?.("a[href^='#']");
  const place = link && !link.getAttribute("href").includes("=") && byId(link.getAttribute("href").slice(1));
  if (!place) return;
  event.preventDefault();
  place.scrollIntoView();
  if (link.classList.contains("skip")) place.focus();
}

function show() {
  document.documentElement.dataset.theme = state.theme || "auto";
  byId("theme").textContent = `Theme: ${state.theme || "as the system"}`;
  for (const key of FILTERS) if (byId(key).value !== state[key]) byId(key).value = state[key];
  for (const cell of byId("list").tHead.rows[0].cells) sorted(cell);
  shown = listed(rows, state, data);
  byId("count").textContent = shown.length === rows.length ? counted(rows.length, "principal") : `${THOUSANDS.format(shown.length)} of ${counted(rows.length, "principal")}`;
  byId("chips").replaceChildren(...chips());
  byId("list").tBodies[0].replaceChildren();
  count = 0;
  append(PAGE);
  const open = byName.get(state.open);
  if (open && shown.includes(open)) openRow(open);
}

/** The filters that no field shows, each with a button to take it away. */
function chips() {
  const texts = { index: (it) => `index ${it.replace("-", " to ")}`, in: (it) => `idle by ${it.replace(":", " ")}`, unjudged: (it) => it.replaceAll("-", " ") };
  const made = Object.entries(texts).filter(([key]) => state[key]);
  const all = made.map(([key, text]) => [key, text(state[key])]);
  if (state.band === "blind") all.push(["band", "not judged for want of knowledge"]);
  return all.map(([key, text]) => {
    const button = element("button", { type: "button", class: "chip", "aria-label": `Remove the filter ${text}` }, text, element("span", { "aria-hidden": "true" }, "×"));
    button.addEventListener("click", () => change({ [key]: "" }));
    return button;
  });
}

function head([key, name]) {
  const cell = element("th", { scope: "col", role: "columnheader", "data-key": key, class: NUMBERS.includes(key) ? "num" : null });
  if (key === null) {
    cell.append(name);
    return cell;
  }
  const button = element("button", { type: "button" }, name);
  button.addEventListener("click", () => {
    const was = state.sort === key ? directionOf(state) : null;
    const natural = directionOf({ sort: key, dir: "" });
    const next = was === natural ? (natural === "up" ? "down" : "up") : "";
    change({ sort: key, dir: next });
  });
  cell.append(button, element("span", { "aria-hidden": "true" }));
  return cell;
}

function sorted(cell) {
  const isKey = cell.dataset.key === state.sort;
  const up = directionOf(state) === "up";
  if (isKey) cell.setAttribute("aria-sort", up ? "ascending" : "descending");
  else cell.removeAttribute("aria-sort");
  if (cell.lastElementChild?.tagName === "SPAN") cell.lastElementChild.textContent = isKey ? (up ? " ↑" : " ↓") : "";
}

function showMore() {
  const first = shown[count];
  append(count + PAGE);
  byId(`name-${first.place}`)?.focus();
}

/** Makes rows until there are so many. */
function append(until) {
  const next = shown.slice(count, until);
  byId("list").tBodies[0].append(...next.map(rowElement));
  count += next.length;
  const left = shown.length - count;
  byId("more").hidden = left <= 0;
  byId("more").textContent = `Show ${THOUSANDS.format(Math.min(PAGE, left))} more of ${THOUSANDS.format(left)}`;
}

function rowElement(row) {
  const name = element("button", { type: "button", class: "name", id: `name-${row.place}`, "aria-expanded": "false" }, row.short);
  name.addEventListener("click", () => toggle(row));
  const marks = [
    row.breaks ? element("span", { class: "mark-word bad" }, `${row.breaks} break`) : null,
    ...[...row.standing].map((letter) => element("span", { class: "mark-word" }, STANDING[letter])),
  ];
  const place = row.path ? `${row.kind}${row.path}` : "";
  const cells = {
    name: [name, element("div", { class: "path" }, place), ...marks],
    index: row.index === null ? [unknown(row.notJudged === "exempt" ? "exempt" : "not judged")] : [String(row.index), element("span", { class: `band ${bandOf(row.index)}` }, bandOf(row.index))],
    change: [changed(row)],
    idleWeight: [row.index === null ? unknown("–") : weighed(row.idleWeight)],
    used: used(row),
    reaches: [row.reaches ?? "nobody"],
    characters: planned(row),
  };
  const made = COLUMNS.map(([key, label]) => {
    if (key === "name") return element("th", { scope: "row", role: "rowheader" }, ...cells.name);
    const content = key === null ? [row.drivers.map(([service, points]) => `${service} ${points}`).join(", ")] : cells[key];
    return element("td", { role: "cell", "data-label": label, class: NUMBERS.includes(key) ? "num" : null }, ...content);
  });
  return element("tr", { role: "row", class: "row", id: `row-${row.place}` }, ...made);
}

function unknown(word) {
  return element("span", { class: "unknown-word" }, word);
}

function changed(row) {
  if (row.change === null) return unknown(row.earlier === null && row.index !== null ? "new" : "–");
  if (row.change === 0) return "0";
  return element("span", { class: row.change > 0 ? "up" : "down" }, `${row.change > 0 ? "+" : "−"}${Math.abs(row.change)}`);
}

function used(row) {
  if (row.granted === null) return [unknown("unknown")];
  const parts = [["used", row.used], ["stale", row.stale], ["never", row.never], ["unknown", row.unknown]];
  const beside = row.unknown ? `, ${row.unknown} unknown` : "";
  return [element("span", { class: "line" }, `${row.used} of ${row.granted}${beside}`), row.granted ? bar(parts, { class: "mini" }) : null];
}

function planned(row) {
  if (row.refused !== null) return [unknown(`none: ${REFUSALS[row.refused] ?? row.refused}`)];
  const after = row.after === null ? unknown("index then unknown") : `index then ${row.after}`;
  return [element("div", { class: "line" }, after), element("div", { class: "line" }, `${THOUSANDS.format(row.characters)} characters`)];
}

function toggle(row) {
  const name = byId(`name-${row.place}`);
  if (name.getAttribute("aria-expanded") === "true") {
    byId(`detail-${row.place}`)?.remove();
    byId(`row-${row.place}`).classList.remove("open");
    name.setAttribute("aria-expanded", "false");
    name.removeAttribute("aria-controls");
    state.open = state.open === row.name ? "" : state.open;
  } else {
    openRow(row);
    state.open = row.name;
  }
  keep();
}

async function openRow(row) {
  append(shown.indexOf(row) + 1);
  const line = byId(`row-${row.place}`);
  const name = byId(`name-${row.place}`);
  const cell = element("td", { role: "cell", colspan: COLUMNS.length });
  const below = element("tr", { role: "row", class: "details", id: `detail-${row.place}` }, cell);
  line.classList.add("open");
  line.after(below);
  name.setAttribute("aria-expanded", "true");
  name.setAttribute("aria-controls", below.id);
  try {
    cell.append(detailElement(row, await detailAt(row.place, data.together), data));
  } catch (error) {
    cell.append(`The details cannot be shown: ${error.message}. Browsers since 2023 can; the JSON of the scan has them, too.`);
  }
}

start();
