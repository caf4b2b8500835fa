// Every view of a prepared gateway: accessible and calm at both widths, in light and dark.
import { accessible, fits, narrow, quiet, settled, visit, wide } from './browser.js';
import { check } from './checks.js';

// open goes to a view of the page by its address.
export async function open(page, at) {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, at);
  await settled(page);
}

// addresses are those of all views, a client's among them.
export const addresses = (client) => [
  '#overview',
  '#clients',
  `#client/${client.tenant}/${client.client}`,
  '#minutes?period=daily',
  '#minutes?period=weekly&zone=Pacific%20Standard%20Time',
  '#sources',
  '#rollout',
  `#explain?url=${encodeURIComponent("CsP2PAVTimeDaily?$filter=Date ge datetime'03/10/2013'")}`,
];

export async function everyView(browser, admin, client) {
  const { page, seen, close } = await visit(browser, admin);
  for (const at of addresses(client)) {
    await open(page, at);
    for (const viewport of [wide, narrow]) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await accessible(`${at} ${viewport.width} ${colorScheme}`, page);
      }
      await fits(`${at} ${viewport.width}`, page);
      await page.emulateMedia({ forcedColors: 'active' });
      check(`${at}: something stays visible in forced colours`, await page.locator('main h1').isVisible());
      await page.emulateMedia({ forcedColors: 'none' });
    }
    await structure(at, page);
  }
  quiet('every view', seen);
  await close();
}

// structure notes what screen readers steer by: one h1, no level left out, tables with caption and scopes, a title.
async function structure(name, page) {
  const found = await page.evaluate(() => {
    const shown = (e) => e.checkVisibility();
    const levels = [...document.querySelectorAll('main h1, main h2, main h3')].filter(shown).map((e) => Number(e.nodeName[1]));
    return {
      title: document.title,
      first: levels[0],
      ones: levels.filter((l) => l === 1).length,
      jumps: levels.filter((l, i) => i > 0 && l > levels[i - 1] + 1).length,
      bare: [...document.querySelectorAll('main table')].filter(
        (t) => !t.caption?.textContent || [...t.querySelectorAll('th')].some((th) => !th.scope),
      ).length,
      landmarks: ['header', 'nav', 'main', 'footer'].filter(
        (l) => document.querySelectorAll(`body > ${l}, body > header > ${l}`).length !== 1,
      ),
      current: document.querySelectorAll('#views a[aria-current=page]').length,
    };
  });
  check(
    `${name}: structure`,
    found.first === 1 &&
      found.ones === 1 &&
      found.jumps === 0 &&
      found.bare === 0 &&
      found.landmarks.length === 0 &&
      found.current === 1 &&
      /\S+ · rwsgate$/.test(found.title),
    found,
  );
}
