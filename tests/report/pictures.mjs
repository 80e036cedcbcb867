// Takes the pictures of docs/pictures: `cargo xtask pictures`.

import path from "node:path";
import { address, launch } from "./browser.mjs";

const ANALYST = encodeURIComponent("arn:aws:iam::111122223333:user/analyst");
const BUILDER = encodeURIComponent("arn:aws:iam::111122223333:role/ci/builder");
const PICTURES = {
  "report-desktop": { page: "large.html", viewport: { width: 1280, height: 940 } },
  "report-dark": { page: "large.html", viewport: { width: 1280, height: 940 }, colorScheme: "dark", fragment: "#sort=idleWeight" },
  "report-principal": { page: "example.html", viewport: { width: 1280, height: 1180 }, fragment: `#open=${BUILDER}`, to: "#principals" },
  "report-phone": { page: "example.html", viewport: { width: 390, height: 844 } },
  "report-phone-principal": { page: "example.html", viewport: { width: 390, height: 844 }, colorScheme: "dark", fragment: `#open=${ANALYST}`, to: `#name-0` },
};

const browser = await launch();
for (const [name, { page: file, viewport, colorScheme = "light", fragment = "", to }] of Object.entries(PICTURES)) {
  const page = await browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
  await page.goto(address(file, fragment));
  await page.waitForSelector(fragment.includes("open") ? ".details .evidence" : "#list tbody tr");
  if (to) await page.evaluate((place) => document.querySelector(place).scrollIntoView(), to);
  await page.screenshot({ path: path.join(process.env.LEASTWISE_PICTURES, `${name}.png`) });
  await page.close();
}
await browser.close();
