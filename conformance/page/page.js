// The status page of the real program in a real browser.
//   node page.js RWSGATE CHROMIUM [--screenshots FOLDER]     in the project's root
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fetching, pausing, refreshing, walking } from './act.js';
import { launch } from './browser.js';
import { end, equal, step } from './checks.js';
import { content, minutes } from './content.js';
import { start } from './gateway.js';
import { pilot, prepare } from './prepared.js';
import { screenshots } from './screenshots.js';
import { emptiness, faults, hostility, plenty, silence } from './states.js';
import { everyView } from './views.js';

const [program, chromium, option, folder] = process.argv.slice(2);
const own = await mkdtemp(`${tmpdir()}/rwsgate-page-`);
const browser = await launch(chromium);
try {
  let flags;
  await step('four weeks of a rollout', async () => {
    const prepared = await prepare(program, own, option === '--screenshots' ? pilot : undefined);
    flags = prepared.flags;
    equal('the brownout refused', prepared.statuses['2026-11-16T08:30:00Z'], [503, 503, 503, 200]);
    equal('the stranger stopped one', prepared.statuses['2026-11-11T08:30:00Z'], [503, 200]);
  });
  const gateway = await start(program, flags);
  const { clients } = await (await fetch(`${gateway.admin}/api/rollout`)).json();
  const client = clients.find((c) => c.principal.startsWith('etl@'));
  if (option === '--screenshots') {
    await step('screenshots', () => screenshots(browser, gateway.admin, client, folder));
  } else {
    await step('content', () => content(browser, gateway.admin));
    await step('minutes', () => minutes(browser, gateway));
    await step('every view, light and dark, 1280 and 390 pixels', () => everyView(browser, gateway.admin, client));
    await step('hostile text', () => hostility(browser, gateway.admin, client));
    await step('a thousand tenants', () => plenty(browser, gateway.admin));
    await step('faults', () => faults(browser, gateway.admin));
    await step('without scripts', () => silence(browser, gateway.admin));
    await step('by keyboard', () => walking(browser, gateway.admin));
    await step('fetch', () => fetching(browser, gateway));
    await step('pause and resume', () => pausing(browser, gateway));
    await step('refresh', () =>
      refreshing(browser, gateway, { user: 'newcomer@example.onmicrosoft.com', agent: 'newcomer/1.0' }),
    );
    await step('an empty gateway, and one that goes away', () => emptiness(browser, program));
    await step('the chart library is the published one', vendored);
  }
  await gateway.stop();
} finally {
  await browser.close();
  await rm(own, { recursive: true, force: true });
}
process.exitCode = end();

// vendored compares the library in the binary with the package that the lock file pins.
async function vendored() {
  const published = new URL('./node_modules/chart.js/', import.meta.url);
  for (const [ours, theirs] of [
    ['chart.umd.min.js', 'dist/chart.umd.min.js'],
    ['chart.LICENSE.md', 'LICENSE.md'],
    ['color.LICENSE.md', '../@kurkle/color/LICENSE.md'],
  ]) {
    equal(ours, (await readFile(`gateway/admin/assets/vendor/${ours}`)).equals(await readFile(new URL(theirs, published))), true);
  }
}
