// Opens a class report in chromium and prints, as JSON, what a test wants to know about it.
// usage: node look_class.cjs MODULES CHROMIUM OUT_FOLDER PAGE VIEW...
// MODULES is a node_modules folder; a VIEW is WIDTH-SCHEME, with -noscript behind it for a browser without scripts.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const [modules, executablePath, out, file, ...views] = process.argv.slice(2);
const { chromium } = require(path.join(modules, "playwright-core"));
const axe = fs.readFileSync(path.join(modules, "axe-core", "axe.min.js"), "utf8");

const OPEN_ALL = "document.querySelectorAll('details').forEach((d) => { d.open = true; })";
// Elements past the edge; what lies in a region that scrolls is not lost.
const CUT_OFF = `[...document.querySelectorAll("body *")]
  .filter((e) => !e.closest(".unseen, .jump, svg, .scroll") && e.getClientRects().length)
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5)
  .map((e) => e.tagName + "." + e.className)`;
const NAMES = `[...document.querySelectorAll("table.mx tbody tr")].filter((r) => !r.hidden).map((r) => (r.querySelector("[title]") || {}).title || r.cells[0].textContent)`;
const CORE = `[...document.querySelectorAll("table.mx tbody tr td.sc")].map((c) => c.textContent)`;

function listen(page) {
  const heard = { requests: [], complaints: [] };
  page.on("request", (request) => heard.requests.push(request.url()));
  page.on("console", (message) => heard.complaints.push(message.text()));
  page.on("pageerror", (error) => heard.complaints.push(String(error)));
  page.on("dialog", (dialog) => { heard.complaints.push("dialog: " + dialog.message()); dialog.dismiss(); });
  return heard;
}

async function shoot(page, target) {
  const [width, height] = await page.evaluate("[innerWidth, document.documentElement.scrollHeight]");
  // chromium cannot take a picture taller than 16,384 px
  await page.screenshot({ path: target, fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(height, 16000) } });
}

// With the keyboard alone: move to the head "core" of the matrix, press Enter, press Space.
async function sort(page) {
  await page.locator("table.mx thead th.s .sort").focus();
  await page.keyboard.press("Tab");
  const found = [];
  for (const key of ["Enter", "Space"]) {
    await page.keyboard.press(key);
    const state = await page.evaluate("[document.activeElement.textContent, document.activeElement.parentNode.getAttribute('aria-sort'), document.querySelectorAll('table.mx [aria-sort]').length]");
    found.push([...state, await page.evaluate(CORE)]);
  }
  return found;
}

async function filter(page) {
  const found = {};
  const first = (await page.evaluate(NAMES))[0];
  await page.locator(".filter [name=text]").fill(first.toUpperCase());
  found.text = [first, await page.evaluate(NAMES), await page.locator(".filter output").textContent()];
  await page.locator(".filter button").click();
  await page.waitForTimeout(20);
  found.reset = (await page.evaluate(NAMES)).length;
  if (await page.locator(".filter [name=section]").count()) {
    await page.locator(".filter [name=section]").selectOption("1");
    found.section = (await page.evaluate(NAMES)).length;
    await page.locator(".filter button").click();
    await page.waitForTimeout(20);
  }
  await page.locator(".filter [name=task]").selectOption("1");
  await page.locator(".filter [name=verdict]").selectOption("F");
  found.verdict = (await page.evaluate(NAMES)).length;
  await page.locator(".filter button").click();
  await page.waitForTimeout(20);
  return found;
}

async function look(browser, view) {
  const [width, colorScheme, noscript] = view.split("-");
  const context = await browser.newContext({
    viewport: { width: Number(width), height: 900 }, colorScheme, javaScriptEnabled: !noscript,
  });
  const page = await context.newPage();
  const found = { view, ...listen(page) };
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto("file://" + file);
  await page.evaluate("document.body.getBoundingClientRect().height");
  const { metrics } = await session.send("Performance.getMetrics");
  found.opened_cpu_s = metrics.find((one) => one.name === "TaskDuration").value;
  await session.detach();
  await shoot(page, path.join(out, view + ".png"));
  found.buttons = await page.locator("th .sort").count();
  found.filter_shown = await page.locator(".filter").isVisible();
  found.rows = await page.evaluate("document.querySelectorAll('table.mx tbody tr').length");
  if (!noscript) {
    found.filtered = await filter(page);
    found.sorted = await sort(page);
  }
  await page.emulateMedia({ media: "print" });
  found.heads_on_paper = await page.evaluate("[...document.querySelectorAll('th .sort')].filter((e) => e.checkVisibility()).length");
  found.filter_on_paper = await page.locator(".filter").isVisible();
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(OPEN_ALL);
  found.width = await page.evaluate("document.documentElement.scrollWidth");
  found.cut_off = await page.evaluate(CUT_OFF);
  if (!noscript) {
    await page.evaluate(axe);
    const report = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
    found.violations = report.violations.map((v) => [v.id, v.nodes.length, ...v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200))]);
    found.rules_passed = report.passes.length;
  }
  await context.close();
  return found;
}

(async () => {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic"] });
  const found = [];
  for (const view of views) found.push(await look(browser, view));
  await browser.close();
  console.log(JSON.stringify(found));
})().catch((error) => { console.error(String(error)); process.exit(1); });
