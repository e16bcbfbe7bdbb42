// Opens one page in chromium and prints, as JSON, what a test wants to know about it.
// usage: node look.cjs MODULES CHROMIUM PAGE OUT_DIR; MODULES is the node_modules folder.
// Every view is seen twice: tasks folded, as a reader gets it, and open, which is what is judged.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const [modules, executablePath, page_path, out] = process.argv.slice(2);
const { chromium } = require(path.join(modules, "playwright-core"));
const axe = fs.readFileSync(path.join(modules, "axe-core", "axe.min.js"), "utf8");

async function look(browser, width, scheme, javaScriptEnabled) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled });
  const page = await context.newPage();
  const requests = [];
  const complaints = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => { complaints.push("dialog: " + dialog.message()); dialog.dismiss(); });
  await page.goto("file://" + page_path);
  const shot = (name) => page.screenshot({ path: path.join(out, name + ".png"), fullPage: true });
  const name = width + "-" + scheme + (javaScriptEnabled ? "" : "-noscript");
  await shot(name);
  const found = { name, requests, complaints, height: await page.evaluate("document.documentElement.scrollHeight") };
  await page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })");
  await shot(name + "-open");
  found.width = await page.evaluate("document.documentElement.scrollWidth");
  found.cut_off = await page.evaluate(`[...document.querySelectorAll("main *")]
    .filter((e) => !e.closest(".unseen, svg") && e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 0.5)
    .map((e) => e.tagName + "." + e.className)`);
  if (javaScriptEnabled) {
    await page.evaluate(axe);
    const report = await page.evaluate("axe.run()");
    found.violations = report.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 120)).join(" | "));
    found.rules_passed = report.passes.length;
  }
  await context.close();
  return found;
}

(async () => {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic"] });
  const views = [];
  for (const width of [1280, 390]) {
    for (const scheme of ["light", "dark"]) views.push(await look(browser, width, scheme, true));
  }
  views.push(await look(browser, 390, "light", false));
  await browser.close();
  console.log(JSON.stringify(views));
})().catch((error) => { console.error(String(error)); process.exit(1); });
