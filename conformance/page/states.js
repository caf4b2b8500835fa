// What the page says when there is nothing yet, and when something is wrong.
import { accessible, fits, json, narrow, quiet, settled, text, visit } from './browser.js';
import { check, equal } from './checks.js';
import { ask, start } from './gateway.js';
import { open } from './views.js';

const says = async (name, page, selector, ...words) => {
  const found = await text(page, selector);
  for (const word of words) check(`${name}: says ${word}`, found.includes(word), found);
};
const again = (page) => page.locator('button', { hasText: 'Read now' }).click();

// emptiness is a gateway that nobody has called and that has no plan; then somebody calls, and then it goes away.
export async function emptiness(browser, program) {
  const gateway = await start(program, ['--now', '2026-11-23T12:00:00Z']);
  const { page, seen, close } = await visit(browser, gateway.admin);
  await says(
    'nobody yet',
    page,
    'main',
    'No rollout is configured',
    'Nothing needs attention',
    'No client has called yet',
    '/ecp/reportingwebservice/reporting.svc',
    'No credential, certificate or hold has a known end',
  );
  await accessible('nobody yet', page);
  await open(page, '#clients');
  await says('no clients', page, 'main', 'No client has called yet');
  await open(page, '#rollout');
  await says('no rollout', page, 'main', 'No rollout is configured', 'Add rollout:');
  await open(page, '#client/x/y');
  await says('no such client', page, 'main', 'The ledger knows no such client');
  await open(page, '#explain');
  equal('nothing is explained unasked', await page.locator('main .card').count(), 0);
  await open(page, '#nonsense');
  await says('an unknown view is the first', page, 'main h1', 'Overview');
  equal(
    'the first caller is served',
    await ask(gateway, { user: 'first@example.onmicrosoft.com', agent: 'first/1.0' }, 'CsP2PAVTimeDaily?$top=1'),
    200,
  );
  for (let tries = 0; tries < 120 && !(await page.locator('#callers').innerText()).includes('first@'); tries++) {
    await again(page);
    await page.waitForTimeout(500);
  }
  await says('the first caller', page, '#callers', 'first@example.onmicrosoft.com', 'nobody', 'new');
  quiet('an empty gateway', seen);
  await gateway.stop();
  await again(page);
  await page.locator('#alert p').waitFor();
  await says('the gateway is gone', page, '#alert', 'The gateway cannot be reached. What is shown is what was read last.');
  await says('its last data stays', page, '#callers', 'first@example.onmicrosoft.com');
  check('with its age', /^Read (just now|\d+ \w+ ago)/.test(await text(page, '#freshness')), await text(page, '#freshness'));
  await accessible('the gateway is gone', page);
  await close();
}

// faults are answers that a page must live with: 500, 401, something that is no JSON; then all is well again.
export async function faults(browser, admin) {
  const { page, answers, context, close } = await visit(browser, admin, {
    httpCredentials: { username: 'operator', password: 'wrong' },
  });
  answers['/api/rollout'] = json({ error: 'internal error' }, 500);
  await again(page);
  await page.locator('#alert p').waitFor();
  await says('a fault', page, '#alert', 'The gateway has a fault (internal error); its log says more.', 'what was read last');
  await says('the data stays', page, '#callers', 'reader@example.onmicrosoft.com');
  delete answers['/api/rollout'];
  answers['/api/tenants'] = (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' });
  await again(page);
  await page.locator('#alert', { hasText: 'status 502' }).waitFor();
  delete answers['/api/tenants'];
  await context.setExtraHTTPHeaders({ 'X-Forwarded-For': '192.0.2.1' }); // not from this machine: the gateway itself says 401
  await again(page);
  await page.locator('#alert', { hasText: 'asks for a name and password' }).waitFor();
  await says('the data stays behind a password', page, '#callers', 'reader@example.onmicrosoft.com');
  await context.setExtraHTTPHeaders({});
  await again(page);
  await page.locator('#alert p').waitFor({ state: 'detached' });
  check('all is well again', (await text(page, '#freshness')).startsWith('Read'));
  answers['/api/rollout/pause'] = json({ error: 'nothing has changed, the state cannot be stored' }, 503);
  await page.locator('button', { hasText: 'Pause the rollout' }).click();
  await page.locator('#ask-reason').fill('x');
  await page.locator('#ask-yes').click();
  await page.locator('.notice.bad', { hasText: 'the state cannot be stored' }).waitFor();
  await close();

  const first = await visit(browser, admin, { answers: { '/api/rollout': json({}, 500), '/api/tenants': json({}, 500) } });
  await says('nothing was ever read', first.page, '#alert', 'There is nothing to show yet');
  for (const at of ['#clients', '#minutes', '#sources', '#rollout']) {
    await open(first.page, at);
    check(`${at} without data has its heading`, await first.page.locator('main h1').isVisible());
  }
  await first.close();
}

// silence is a browser without scripts.
export async function silence(browser, admin) {
  const { page, seen, close } = await visit(browser, admin, { javaScript: false });
  await says('without scripts', page, 'main', 'This page needs JavaScript', 'rwsgate usage', '/api/tenants');
  quiet('without scripts', seen);
  await close();
}

// evil is text that must stay text.
const evil = '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\u202Egnp.exe' + 'x'.repeat(180);

// corrupt puts it into every text of an answer but those the page steers by.
const steering = new Set([
  'standing',
  'rhythm',
  'state',
  'phase',
  'scheduled',
  'tenant',
  'client',
  'id',
  'effect',
  'zone',
  'report',
  'cloud',
  'rebucket',
  'first',
  'last',
  'stored',
  'what',
]);
function corrupt(value, name = '') {
  if (Array.isArray(value)) return value.map((v) => corrupt(v, name));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, corrupt(v, k)]));
  if (typeof value !== 'string' || steering.has(name) || /^\d{4}-\d\d-\d\d/.test(value)) return value;
  return evil;
}

export async function hostility(browser, admin, client) {
  const read = async (path) => (await fetch(admin + path)).json();
  const o = corrupt(await read('/api/rollout')),
    t = corrupt(await read('/api/tenants'));
  for (const c of o.clients) c.zones = c.formats = c.refusals = { [evil]: 3 };
  o.state = { ...o.state, paused: true, since: o.at, by: evil, reason: evil };
  t.tenants[0].source = { state: 'refused', reason: evil, mend: evil };
  t.expiries = [{ tenant: evil, what: 'client secret', at: o.at, state: 'over', mend: evil }];
  const answers = {
    '/api/rollout': json(o),
    '/api/tenants': json(t),
    '/api/explain': json({
      status: 400,
      error: evil,
      error_code: evil,
      request: evil,
      report: evil,
      filter: evil,
      hints: [{ kind: 'x', text: evil }],
      differences: [],
      graph: evil,
      powershell: evil,
      note: evil,
    }),
    '/api/minutes': json({ error: evil }, 400),
    '/api/zones': json({ zones: [evil] }),
  };
  const { page, seen, close } = await visit(browser, admin, { viewport: narrow, answers });
  for (const at of [
    '#overview',
    '#clients',
    `#client/${client.tenant}/${client.client}`,
    '#minutes',
    '#sources',
    '#rollout',
    '#explain?url=x',
  ]) {
    await open(page, at);
    const found = await page.evaluate(() => ({
      hacked: window.hacked,
      foreign: document.querySelectorAll('main img, main script, main svg, main [onerror]').length,
      said: document.body.textContent.includes('<script>window.hacked=1</script>'),
    }));
    equal(`${at}: text stays text`, found, { foreign: 0, said: true });
    await fits(`${at} with long words`, page);
  }
  quiet('hostile text', { ...seen, console: seen.console.filter((line) => !/status of 400/.test(line)) });
  await close();
}

// plenty is a thousand tenants and two thousand clients.
export async function plenty(browser, admin) {
  const read = async (path) => (await fetch(admin + path)).json();
  const o = await read('/api/rollout'),
    t = await read('/api/tenants');
  const some = o.clients;
  o.clients = Array.from({ length: 2000 }, (_, i) => ({
    ...some[i % some.length],
    client: `c${i}`,
    principal: `job${i}@tenant${i % 1000}.example`,
    name: `job${i}`,
    owner: i % 3 ? `Team ${i % 40}` : '',
  }));
  t.tenants = Array.from({ length: 1000 }, (_, i) => ({
    ...t.tenants[0],
    id: `00000000-0000-0000-0000-${String(i).padStart(12, '0')}`,
    name: `tenant${i}.example`,
  }));
  const { page, seen, close } = await visit(browser, admin, { answers: { '/api/rollout': json(o), '/api/tenants': json(t) } });
  const size = async (name, most) =>
    check(
      `${name}: a page of bounded size`,
      (await page.evaluate(() => document.querySelectorAll('*').length)) < most,
      await page.evaluate(() => document.querySelectorAll('*').length),
    );
  await size('overview', 2500);
  await says('the rest is counted', page, '#callers', 'All ', ' clients');
  await says('the rest of the tenants too', page, '#coverage', 'All 1,000 tenants');
  await open(page, '#clients');
  await says('pages', page, '.pager', '1–50 of 2,000');
  await page.locator('.pager button', { hasText: 'Next' }).click();
  await says('the next page', page, '.pager', '51–100 of 2,000');
  await size('clients', 2500);
  await page.locator('#q').fill('job1999@');
  await page.locator('main p#list', { hasText: '1 of 2,000' }).waitFor();
  equal('one is found', await page.locator('main tbody tr').count(), 1);
  await open(page, '#sources');
  await says('pages of tenants', page, '.pager', '1–50 of 1,000');
  await size('sources', 3000);
  await settled(page);
  quiet('plenty', seen);
  await close();
}
