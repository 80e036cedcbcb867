// A browser without a network, and the pages that it is shown. `cargo xtask` says where both are.

import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const packages = createRequire(path.join(process.env.LEASTWISE_REPORT_NODE, "package.json"));
const { chromium } = packages("playwright-core");

/** The text of axe, which runs inside the page. */
export const axe = readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8");

/** What Chromium must not ask the network for. */
const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

export function launch() {
  return chromium.launch({ executablePath: process.env.LEASTWISE_CHROMIUM, args: QUIET });
}

/** A file that `leastwise scan` wrote. */
export function made(name) {
  return path.join(process.env.LEASTWISE_REPORT_PAGES, name);
}

export function address(name, fragment = "") {
  return pathToFileURL(made(name)).href + fragment;
}

/** The page of an account of so many principals: those of a small one over and over, under other names. */
export function multiplied(name, count, as) {
  const html = readFileSync(made(name), "utf8");
  const block = /<script type="application\/json" id="data">(.*?)<\/script>/s;
  const lots = /<script type="text\/plain" id="lot-\d+">.*?<\/script>\n/gs;
  const data = JSON.parse(block.exec(html)[1]);
  const [lot] = html.match(lots);
  const rows = Array.from({ length: count }, (_, place) => {
    const row = [...data.rows[place % data.rows.length]];
    row[0] = `${row[0]}-${place}`;
    return row;
  });
  const json = JSON.stringify({ ...data, together: data.rows.length, rows }).replaceAll("<", "\\u003c");
  const count_of_lots = Math.ceil(count / data.rows.length);
  const all = Array.from({ length: count_of_lots }, (_, place) => lot.replace("lot-0", `lot-${place}`)).join("");
  const many = html.replace(block, () => `<script type="application/json" id="data">${json}</script>`).replace(lots, () => all);
  writeFileSync(made(as), many);
  return many.length;
}
