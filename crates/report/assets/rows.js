// Who is in the list, and in which order.

/** The rows of the data as objects, each with its place. */
function rowsOf(data) {
  return data.rows.map((values, place) => {
    const row = Object.fromEntries(data.columns.map((column, at) => [column, values[at]]));
    const arn = /^arn:[^:]*:iam::\d{12}:(user|role)(\/.*\/|\/)([\w+=,.@-]+)$/.exec(row.name);
    row.place = place;
    row.kind = arn ? arn[1] : "";
    row.path = arn ? arn[2] : "";
    row.short = arn ? arn[3] : row.name;
    row.change = row.index === null || row.earlier === null ? null : row.index - row.earlier;
    row.words = `${row.name} ${row.drivers.map(([service]) => service).join(" ")}`.toLowerCase();
    return row;
  });
}

const EXPECTED_UNJUDGED = ["exempt", "new", "quarantined"];

const FLAGS = {
  above: (row) => row.above === 1,
  nothing: (row) => row.index === 100 && row.used === 0 && row.unknown === 0 && row.granted > 0,
  unknown: (row) => row.unknown > 0,
  break: (row) => row.breaks !== "",
  ours: (row) => row.standing.includes("o"),
  others: (row) => row.standing.includes("b"),
  held: (row) => row.standing.includes("h"),
  notice: (row) => row.standing.includes("n"),
  quarantined: (row) => row.standing.includes("q"),
};

/** The band of an index; `none` where there is none. */
function bandOf(index) {
  if (index === null) return "none";
  return index <= 33 ? "low" : index <= 66 ? "medium" : "high";
}

/** Whether a row passes the filters of a state. A filter that is not known lets nobody pass. */
function filterOf(state, data) {
  const words = state.q.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const named = state.in === "" ? null : data.named.indexOf(state.in);
  const range = state.index === "" ? null : state.index.split("-").map(Number);
  const tests = [];
  if (words.length) tests.push((row) => words.every((word) => row.words.includes(word)));
  if (state.band === "blind") tests.push((row) => row.notJudged !== null && !EXPECTED_UNJUDGED.includes(row.notJudged));
  else if (state.band) tests.push((row) => bandOf(row.index) === state.band);
  if (state.kind) tests.push((row) => row.kind === state.kind);
  if (state.boundary === "planned") tests.push((row) => row.refused === null);
  else if (state.boundary) tests.push((row) => row.refused !== null && ["refused", row.refused].includes(state.boundary));
  if (state.flag) tests.push(FLAGS[state.flag] ?? (() => false));
  if (range) tests.push((row) => row.index !== null && row.index >= range[0] && row.index <= range[1]);
  if (state.unjudged) tests.push((row) => row.notJudged === state.unjudged);
  if (named !== null) tests.push((row) => row.named.includes(named));
  return (row) => tests.every((test) => test(row));
}

const STRENGTHS = ["nothing", "list", "read", "tagging", "write", "permissions-management", "unknown", "administrator"];

/** What a row is sorted by; `null` is what is not known. */
const KEYS = {
  index: (row) => row.index,
  idleWeight: (row) => (row.index === null ? null : row.idleWeight),
  change: (row) => row.change,
  unknown: (row) => row.unknown,
  characters: (row) => row.characters,
  used: (row) => (row.granted ? row.used / row.granted : null),
  reaches: (row) => (row.reaches === null ? null : STRENGTHS.indexOf(row.reaches)),
  name: (row) => row.place,
};

/** Names go up and figures down, unless the state says otherwise. */
function directionOf(state) {
  return state.dir || (state.sort === "name" ? "up" : "down");
}

/** The rows that pass, in order. Whatever is not known comes last in both directions. */
function listed(rows, state, data) {
  const key = KEYS[state.sort] ?? KEYS.index;
  const sign = directionOf(state) === "up" ? 1 : -1;
  const sorted = rows.filter(filterOf(state, data)).map((row) => [key(row), row]);
  sorted.sort(([one, first], [other, second]) => {
    if (one === null || other === null) return (one === null) - (other === null) || first.place - second.place;
    return sign * (one - other) || (second.idleWeight ?? 0) - (first.idleWeight ?? 0) || first.place - second.place;
  });
  return sorted.map(([, row]) => row);
}
