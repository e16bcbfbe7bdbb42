// Opens a page in chromium and prints, as JSON, what a test wants to know about it.
// usage: node look.cjs MODULES CHROMIUM OUT_FOLDER PAGE VIEW...
// MODULES is a node_modules folder; a VIEW is WIDTH-SCHEME, with -noscript behind it for a browser without scripts.
// Screenshots are taken with the tasks folded, as a reader gets them, and open, which is what is judged.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const [modules, executablePath, out, file, ...views] = process.argv.slice(2);
const { chromium } = require(path.join(modules, "playwright-core"));
const axe = fs.readFileSync(path.join(modules, "axe-core", "axe.min.js"), "utf8");

const OPEN_ALL = "document.querySelectorAll('details').forEach((d) => { d.open = true; })";
const CLOSE_ALL = OPEN_ALL.replace("true", "false");
const FINDINGS_SEEN = "[...document.querySelectorAll('.finding')].filter((e) => e.checkVisibility()).length";
const OPEN_TASKS = "[...document.querySelectorAll('details.task')].filter((d) => d.open).map((d) => d.id)";
// Elements past the edge, and text that runs out of its own box.
const CUT_OFF = `[...document.querySelectorAll("body *")]
  .filter((e) => !e.closest(".unseen, .jump, svg") && e.getClientRects().length)
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5 || !e.children.length && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
  .map((e) => e.tagName + "." + e.className)`;

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

async function look(browser, view) {
  const [width, colorScheme, noscript] = view.split("-");
  const context = await browser.newContext({
    viewport: { width: Number(width), height: 900 }, colorScheme, javaScriptEnabled: !noscript,
  });
  const page = await context.newPage();
  const found = { view, ...listen(page) };
  await page.goto("file://" + file);
  await shoot(page, path.join(out, view + ".png"));
  found.button = await page.locator("#open-all").isVisible();
  found.folded = (await page.evaluate(OPEN_TASKS)).length;
  const link = page.locator("#days li.next a");
  if (await link.count()) await link.click();
  found.followed = await page.evaluate(OPEN_TASKS);
  if (found.button) await page.locator("#open-all").click();
  found.opened = (await page.evaluate(OPEN_TASKS)).length;
  await page.evaluate(CLOSE_ALL);
  await page.emulateMedia({ media: "print" });
  found.on_paper = await page.evaluate(FINDINGS_SEEN);
  await page.emulateMedia({ media: "screen" });
  found.on_screen = await page.evaluate(FINDINGS_SEEN);
  await page.evaluate(OPEN_ALL);
  await shoot(page, path.join(out, view + "-open.png"));
  found.width = await page.evaluate("document.documentElement.scrollWidth");
  found.cut_off = await page.evaluate(CUT_OFF);
  if (!noscript) {
    await page.evaluate(axe);
    const report = await page.evaluate("axe.run()");
    found.violations = report.violations.map((v) => [v.id, ...v.nodes.map((n) => n.html.slice(0, 200))]);
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
