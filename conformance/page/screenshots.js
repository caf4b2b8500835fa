// Pictures for docs/screenshots.
import { narrow, visit } from './browser.js';
import { open } from './views.js';

const size = { width: 1280, height: 900 };

export async function screenshots(browser, admin, client, folder) {
  for (const [name, at, viewport, colorScheme] of [
    ['overview', '#overview', size, 'light'],
    ['overview-narrow', '#overview', narrow, 'dark'],
    ['client', `#client/${client.tenant}/${client.client}`, size, 'light'],
    ['minutes', '#minutes?period=weekly&zone=Pacific%20Standard%20Time', size, 'light'],
    ['rollout', '#rollout', size, 'dark'],
    [
      'explain',
      `#explain?url=${encodeURIComponent("CsP2PAVTimeDaily?$filter=Date ge datetime'03/10/2013'&$top=10")}`,
      size,
      'light',
    ],
  ]) {
    const { page, close } = await visit(browser, admin, { viewport, colorScheme });
    await open(page, at);
    await page.evaluate(() => document.activeElement.blur());
    await page.waitForTimeout(300); // the chart's last frame
    await page.screenshot({ path: `${folder}/${name}.png`, scale: 'css' });
    await close();
  }
}
