// The details of a principal: inflated once somebody opens its row.

const lots = new Map();

/** The details of the principal at this place. */
async function detailAt(place, together) {
  const lot = Math.floor(place / together);
  if (!lots.has(lot)) lots.set(lot, inflated(byId(`lot-${lot}`).textContent));
  return JSON.parse((await lots.get(lot))[place % together]);
}

async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return (await new Response(stream).text()).split("\n");
}

function detailElement(row, detail, data) {
  const middle = element("div", { class: "detail-grid" },
    element("section", {}, facts(row, detail, data), breaks(detail), drivers(row, detail)),
    element("section", {}, boundary(row, detail), reach(detail)));
  return element("div", {}, middle, evidence(detail, data));
}

function facts(row, detail, data) {
  const list = element("dl", { class: "facts" });
  const add = (name, ...value) => list.append(element("dt", {}, name), element("dd", {}, ...value));
  add("ARN", row.name);
  if (row.notJudged !== null) add("Not judged", ...prose(detail.notJudged ?? row.notJudged));
  if (detail.created) add("Created", dated(detail.created, data));
  add("IAM’s report", detail.reported ? `${dated(detail.reported, data)}, ${detail.evidence === "action-level" ? "single actions" : "services only"}` : "unknown");
  const standing = detail.boundaryInPlace;
  if (standing) {
    const whose = standing.isOurs ? "of Leastwise" : "of others";
    add("Boundary in place", `${standing.policyArn} (${whose}${standing.since ? `, since ${standing.since.slice(0, 10)}` : ""})`);
  }
  if (detail.hold) add("Hold", detail.hold);
  if (detail.notice) add("Notice", detail.notice);
  if (detail.quarantined) add("Quarantine", "in force");
  if (detail.ignored) add("Ignored", detail.ignored.join(", "));
  return list;
}

/** A day with how long ago it was. */
function dated(day, data) {
  const days = Math.round((Date.parse(data.asOf) - Date.parse(day)) / 86400000);
  return days <= 0 ? day : `${day} (${counted(days, "day")} ago)`;
}

function breaks(detail) {
  const proved = new Map((detail.provedBreaks ?? []).map((it) => [it.action, it]));
  const items = (detail.suspectedBreaks ?? []).map((what) => {
    const proof = proved.get(what);
    const how = proof ? `proved: AWS named the boundary ${counted(proof.count, "time")}, last on ${proof.last.slice(0, 10)}` : "suspected: attempted since the boundary denies it";
    return element("p", { class: "warning alarm" }, element("strong", {}, what), ` ${how}`);
  });
  return items.length ? element("div", {}, element("h3", {}, "What the boundary in place may have broken"), ...items) : null;
}

function drivers(row, detail) {
  if (!detail.drivers) return null;
  const most = Math.max(...detail.drivers.map(([, points]) => points));
  const shown = detail.drivers.slice(0, 15);
  const lines = shown.map(([service, points]) => element("tr", {},
    element("th", { scope: "row" }, service),
    element("td", {}, bar([["never", points], ["none", most - points]])),
    element("td", {}, String(points))));
  const rest = detail.drivers.slice(15).reduce((sum, [, points]) => sum + points, 0);
  const origins = (detail.origins ?? []).map((it) => `${it.points} ${it.group === null ? "directly" : `by group ${it.group}`}`);
  return element("div", {},
    element("h3", {}, `Where the index of ${row.index ?? "–"} comes from, in points`),
    element("table", { class: "points" }, element("tbody", {}, ...lines)),
    rest ? element("p", { class: "soft" }, `and ${rest} from ${counted(detail.drivers.length - 15, "more service")}`) : null,
    origins.length ? element("p", { class: "soft" }, `Granted: ${origins.join(", ")}.`) : null);
}

function boundary(row, detail) {
  const plan = detail.plan;
  if (!plan) {
    return element("div", {}, element("h3", {}, "No boundary is planned"), element("p", {}, ...prose(detail.refused?.reason ?? "")));
  }
  const after = plan.after === null ? "unknown, since nothing is left of which the use is known" : String(plan.after);
  const text = JSON.stringify(plan.boundary, null, 2);
  const copy = element("button", { type: "button" }, "Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  });
  return element("div", {},
    element("h3", {}, "Planned boundary"),
    element("p", {}, `Index ${row.index ?? "unknown"} → ${after}. ${THOUSANDS.format(plan.characters)} of 6,144 characters.`),
    groups("Kept", plan.kept), groups("Kept, since its use is unknown", plan.unknown), groups("Dropped", plan.dropped), extras(plan.extras),
    element("details", { class: "reason" }, element("summary", {}, "The document"), element("pre", { tabindex: "0" }, text), copy),
    element("h3", {}, "Before it is applied"),
    ...plan.warnings.map(([word, message]) => element("p", { class: word === "SuspectedBreak" ? "warning alarm" : "warning" }, ...prose(message))));
}

/** Lists of services and actions, each under its reason. */
function groups(title, all) {
  if (!all.length) return null;
  const total = all.reduce((sum, group) => sum + group.total, 0);
  const lists = all.map((group) => {
    const names = group.items.map(([name, day, by]) => `${name}${day ? ` (${day}${by ? `, ${SOURCES[by] ?? by}` : ""})` : ""}`);
    const rest = group.total - group.items.length;
    const more = rest ? `, and ${THOUSANDS.format(rest)} more in the JSON of the scan` : "";
    return element("li", {}, element("strong", {}, `${reason(group.why, group.by)} (${THOUSANDS.format(group.total)})`), element("br"), names.join(", ") + more);
  });
  return element("details", { class: "reason" }, element("summary", {}, `${title}: ${counted(total, "service or action", "services and actions")}`), element("ul", {}, ...lists));
}

function extras(all) {
  if (!all) return null;
  const levels = Object.entries(all.levels).map(([level, count]) => `${THOUSANDS.format(count)} ${level}`);
  const rest = all.total - all.items.length;
  return element("details", { class: "reason" },
    element("summary", {}, `Admitted so that it fits: ${counted(all.total, "action")}`),
    element("p", {}, `${THOUSANDS.format(all.granted)} of them are granted now and lie idle. ${levels.join(", ")}.`),
    element("p", {}, all.items.join(", ") + (rest ? `, and ${THOUSANDS.format(rest)} more in the JSON of the scan` : "")));
}

function reach(detail) {
  if (!detail.reach) return null;
  const path = detail.reach.strongest;
  const way = path && `${path.principal}${path.by.length ? ` by ${path.by.join(" and ")}` : ""}${path.through.length ? ` through ${path.through.join(", ")}` : ""} (${path.strength})`;
  const open = detail.reach.unresolved;
  return element("div", {}, element("h3", {}, "Strongest principal that it reaches"), element("p", {}, way ?? "none"),
    open.length ? element("p", { class: "soft" }, `Not known: what may be reached over ${open.join(", ")}.`) : null);
}

const EVIDENCE = ["Service", "Use", "Last attempt", "Seen by", "Idle weight", "Granted by"];

/** The granted services: what is idle first, heaviest first. */
function evidence(detail, data) {
  if (!detail.services) return null;
  const order = { "never-used": 0, "stale": 0, "used": 1, "unknown": 2 };
  const all = detail.services.flatMap((group) => group.services.map((service) => [group, service]));
  all.sort(([one, first], [other, second]) => order[one.use] - order[other.use] || (second[6] ?? 0) - (first[6] ?? 0) || (first[0] < second[0] ? -1 : 1));
  const body = element("tbody", { role: "rowgroup" });
  const show = (from, to) => body.append(...all.slice(from, to).map(([group, service]) => evidenceRow(group, service, data)));
  show(0, 25);
  const head = EVIDENCE.map((name) => element("th", { scope: "col", role: "columnheader" }, name));
  const more = element("button", { type: "button" }, `Show all ${THOUSANDS.format(all.length)} services`);
  more.addEventListener("click", () => {
    show(25, all.length);
    more.remove();
  });
  return element("section", {}, element("h3", {}, `Evidence: ${counted(all.length, "granted service")}`),
    element("table", { class: "evidence", role: "table" }, element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...head)), body),
    all.length > 25 ? more : null);
}

function evidenceRow(group, [service, level, last, by, idle, tracked, weight], data) {
  const part = idle ? `, ${idle} of ${counted(tracked, "tracked action")} idle` : "";
  const why = group.why ? `: ${reason(group.why)}` : "";
  const seen = last ? SOURCES[by] ?? "IAM" : group.use === "never-used" ? "nobody" : "unknown";
  const cells = [
    [element("span", { class: `swatch ${COLOURS[group.use]}` }), `${USES[group.use]}${part}${why}`],
    [last ? dated(last, data) : group.use === "never-used" ? "never" : "unknown"],
    [seen],
    [weight ? weighed(weight) : "–"],
    (group.grantedBy ?? []).length ? prose(group.grantedBy.join("; ")) : ["–"],
  ];
  return element("tr", { role: "row" },
    element("th", { scope: "row", role: "rowheader" }, service, level ? element("small", {}, ` ${level}`) : null),
    ...cells.map((content, place) => element("td", { role: "cell", "data-label": EVIDENCE[place + 1] }, ...content)));
}
