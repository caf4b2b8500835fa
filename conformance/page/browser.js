// Chromium with ears: what it complains of and whom it asks is written down.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { check, equal } from './checks.js';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const wide = { width: 1280, height: 800 };
export const narrow = { width: 390, height: 844 };

// launch starts the browser of the machine.
export const launch = (path) =>
  chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });

// visit opens a page of a gateway. Requests elsewhere are blocked and written down; so are errors on the console.
export async function visit(
  browser,
  admin,
  { at = '', viewport = wide, colorScheme = 'light', forcedColors, answers = {}, javaScript = true, ...more } = {},
) {
  const context = await browser.newContext({
    viewport,
    colorScheme,
    forcedColors,
    javaScriptEnabled: javaScript,
    bypassCSP: false,
    reducedMotion: 'reduce',
    locale: 'de-DE',
    timezoneId: 'America/Los_Angeles',
    ...more,
  });
  const page = await context.newPage();
  const seen = { console: [], outside: [], asked: [], busy: 0 };
  page.on('request', () => {
    seen.busy++;
  });
  for (const over of ['requestfinished', 'requestfailed'])
    page.on(over, () => {
      seen.busy--;
    });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) seen.console.push(message.text());
  });
  page.on('pageerror', (error) => seen.console.push(`uncaught ${error.stack ?? error}`));
  await context.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    if (url.origin !== admin) {
      seen.outside.push(url.href);
      return route.abort();
    }
    seen.asked.push(`${route.request().method()} ${url.pathname}${url.search}`);
    const answer = answers[url.pathname];
    if (!answer) return route.continue();
    return answer(route, url);
  });
  await page.goto(`${admin}/${at}`);
  if (javaScript) await settled(page);
  return { page, seen, context, answers, close: () => context.close() };
}

// settled waits until the view has its data.
export async function settled(page) {
  await page.waitForFunction(
    () =>
      document.querySelector('main h1') && !/(Reading from|Asking) the gateway/.test(document.querySelector('main').textContent),
  );
  await page.waitForLoadState('networkidle');
}

// json answers a request with data.
export const json =
  (data, status = 200) =>
  (route) =>
    route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(data) });

// quiet notes that the page complained of nothing and asked nobody else.
export function quiet(name, seen) {
  equal(`${name}: no error on the console`, seen.console, []);
  equal(`${name}: no request elsewhere`, seen.outside, []);
}

// accessible notes what axe finds: nothing may be left, best practices included.
export async function accessible(name, page) {
  await page.evaluate(`if (!window.axe) { ${axe} }`);
  const { violations, incomplete } = await page.evaluate(() =>
    window.axe.run(document, { resultTypes: ['violations', 'incomplete'] }),
  );
  const short = (found) => found.map((v) => `${v.id} ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary ?? ''}`)}`);
  equal(`${name}: axe finds nothing`, short(violations), []);
  const unsure = incomplete.filter((v) => v.id !== 'color-contrast');
  equal(`${name}: axe is sure`, short(unsure), []);
}

// fits notes that the page itself does not scroll sideways and nothing sticks out of it.
export async function fits(name, page) {
  const { scroll, width, out } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
    out: [...document.querySelectorAll('body *')]
      .filter(
        (e) =>
          e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest('.hidden,.skip,thead,.scroll'),
      )
      .slice(0, 3)
      .map((e) => `${e.tagName}.${e.className} ${e.textContent.slice(0, 40)}`),
  }));
  check(`${name}: no sideways scrolling`, scroll <= width && out.length === 0, `${scroll} of ${width} pixels; ${out.join('; ')}`);
}

// text gives the words of a part of the page as they are read, blanks joined.
export const text = async (page, selector) => (await page.locator(selector).first().innerText()).replace(/\s+/g, ' ').trim();
