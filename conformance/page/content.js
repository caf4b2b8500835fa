// What the page says about a prepared rollout is what happened.
import { settled, text, visit } from './browser.js';
import { check, equal } from './checks.js';
import { open } from './views.js';

const has = async (name, page, selector, ...words) => {
  const found = await text(page, selector);
  for (const word of words) check(`${name}: says ${word}`, found.includes(word), found);
};

// row gives the cells of the row of a table that begins with a text.
async function row(page, selector, begins) {
  const rows = await page
    .locator(`${selector} tbody tr`)
    .evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.innerText.replace(/\s+/g, ' ').trim())));
  return rows.find(([first]) => first.startsWith(begins)) ?? [];
}

export async function content(browser, admin) {
  const { page, close, context } = await visit(browser, admin);
  await has(
    'attention',
    page,
    '#attention',
    'The hold for Records office ended on 2026-11-20',
    'The hold for Data platform ends in',
    'The brownout of 2026-11-11 was stopped',
    'nobody@example.onmicrosoft.com',
    '1 client first seen within the last week',
    '2 clients without an owner',
  );
  await has(
    'phases',
    page,
    '.phases',
    'All reports',
    'brownout',
    'retired on 2027-06-30',
    'Next brownout 2026-12-07 09:00–21:00 Europe/Berlin (12 h)',
  );
  check(
    'the stranger is unknown',
    (await row(page, '#strangers', 'nobody@')).includes('nobody'),
    await row(page, '#strangers', 'nobody@'),
  );
  const reader = await row(page, '#callers', 'reader@');
  check(
    'the daily job is due',
    reader.includes('Service desk') && reader.includes('● active') && reader.includes('daily'),
    reader,
  );
  check(
    'a client that stays away is overdue',
    (await row(page, '#callers', 'dashboard@')).includes('▲ overdue'),
    await row(page, '#callers', 'dashboard@'),
  );
  equal('refused, of a client', (await row(page, '#short', 'etl@')).slice(1, 4), ['10', '0', '0']);
  equal('brownouts, of a client', (await row(page, '#short', 'reader@')).at(-1), '3');
  await has('the last brownout', page, '#brownout', '2026-11-16 09:00–12:00 Europe/Berlin (3 h)', 'over');
  equal('retried until served', (await row(page, '#brownout', 'reader@')).slice(1, 3), [
    '▲ failed and retried until served',
    '2',
  ]);
  equal('stayed away', (await row(page, '#brownout', 'dashboard@')).slice(1), ['✓ failed and stayed away', '1', 'no']);
  await has('coverage', page, '#coverage', 'example.onmicrosoft.com', 'live', '2026-11-21', '1 day behind');
  await has(
    'what ends',
    page,
    '#ends',
    'hold for Records office',
    'expired',
    'hold for Data platform',
    'ending',
    'sunset of the legacy service',
    '2027-06-30',
  );

  await page.locator('#callers a', { hasText: 'etl@' }).click();
  await settled(page);
  equal('the client has the focus', await page.evaluate(() => document.activeElement.nodeName), 'H1');
  await has(
    'a client',
    page,
    'main',
    'Data platform',
    'principal etl@*',
    'its phase is held',
    'O365RWSClient/1.2',
    'weekly',
    'Europe/Berlin',
    'MailTraffic',
    "CsP2PAVTimeDaily?$filter=Date ge datetime'…'",
  );
  await has(
    'its way out',
    page,
    '#queries',
    "getSkypeForBusinessPeerToPeerActivityMinuteCounts(period='D180')",
    'Get-MgReportSkypeForBusinessPeerToPeerActivityMinuteCount',
  );
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator('#queries button', { hasText: 'Copy' }).first().click();
  await page.locator('#said', { hasText: 'Copied' }).waitFor({ state: 'attached' });
  equal(
    'a request is copied',
    await page.evaluate(() => navigator.clipboard.readText()),
    await page.locator('#queries pre').first().innerText(),
  );

  await open(page, '#clients?standing=overdue');
  equal('who is overdue', await page.locator('main tbody th a').allInnerTexts(), ['dashboard@example.onmicrosoft.com']);
  await page.locator('#standing').selectOption('');
  await page.locator('#q').fill('records OFFICE');
  await page.waitForFunction(() => document.querySelectorAll('main tbody tr').length === 1);
  equal('a client is found by its owner', await page.locator('main tbody th a').allInnerTexts(), [
    'archive@example.onmicrosoft.com',
  ]);
  equal('typing keeps the focus', await page.evaluate(() => document.activeElement.id), 'q');

  await open(page, '#rollout');
  await has('the schedule', page, '#plan', 'Daily', 'Weekly', 'Monthly', 'retired 2027-06-30', '2018-01-29');
  await has(
    'the calendar',
    page,
    '#calendar',
    'November 2026',
    'June 2027',
    '2026-11-02',
    'announce',
    '2027-01-18 00:00–2027-01-19 00:00 America/Los_Angeles (24 h)',
    '2026-12-15 Hold of Data platform ends',
  );
  equal(
    'days with a brownout',
    await page
      .locator('.month td:has(.event.brownout)')
      .evaluateAll((all) => all.map((d) => `${d.closest('table').caption.textContent} ${d.firstChild.data}`)),
    ['November 2026 11', 'November 2026 16', 'December 2026 7', 'January 2027 18'],
  );
  await has(
    'the stopped brownout',
    page,
    '#effects',
    'Stopped 2026-11-11 08:30 UTC when nobody@example.onmicrosoft.com',
    'asked for Daily',
  );
  await has(
    'holds',
    page,
    '#holds',
    'principal archive@*',
    'was to be gone by now',
    'expired',
    'moves to Graph in March',
    'etl@example.onmicrosoft.com',
  );

  await open(
    page,
    `#explain?url=${encodeURIComponent('https://reports.office365.com/ecp/reportingwebservice/reporting.svc/CsP2PAVTimeWeekly?$top=3&$format=Json')}&zone=Tokyo%20Standard%20Time`,
  );
  await has(
    'an explanation',
    page,
    'main',
    'It is answered with 200, 3 rows',
    'verbose',
    'Asia/Tokyo',
    'weekly',
    'Graph request',
  );
  await page.locator('#url').fill("CsP2PAVTimeDaily?$filter=Date ge datetime'03/10/2013'");
  await page.locator('main button', { hasText: 'Explain' }).click();
  await page.locator('main h2', { hasText: '400' }).waitFor();
  await has('a hint', page, '#hints', "datetime'2013-03-10T00:00:00'");
  await close();
}

// minutes holds the chart's table to the API, and what the API says to what a legacy client gets.
export async function minutes(browser, gateway) {
  const { page, close } = await visit(browser, gateway.admin, { at: '#minutes?period=monthly&zone=Pacific%20Standard%20Time' });
  const shown = await page
    .locator('.scroll tbody tr')
    .evaluateAll((rows) => rows.map((r) => [...r.cells].slice(0, 3).map((c) => c.innerText.trim().replaceAll(',', ''))));
  const feed = await (
    await fetch(`${gateway.legacy}/CsP2PAVTimeMonthly?$format=Json&$orderby=Date desc`, {
      headers: { 'X-timezone': 'Pacific Standard Time' },
    })
  ).json();
  const served = feed.d.results.map((r) => [
    new Date(Number(/\d+/.exec(r.Date)[0])).toISOString().slice(0, 10),
    r.TotalAudioMinutes,
    r.TotalVideoMinutes,
  ]);
  equal('the table is what clients in that zone get', shown, served);
  check(
    'the running month is marked',
    (await text(page, '.scroll tbody tr')).includes('running'),
    await text(page, '.scroll tbody tr'),
  );
  check('the chart is drawn', await drawn(page));
  check(
    'the chart has words',
    /Minutes of audio and video by month .* audio [\d,]+ in all/.test(await page.locator('canvas').getAttribute('aria-label')),
  );
  await page.locator('#period').selectOption('weekly');
  await page.locator('.scroll', { hasText: 'unfinished' }).waitFor();
  check('the chart is drawn anew', await drawn(page));
  check('zones to choose from', (await page.locator('#zones option').count()) > 500);
  await page.locator('#zone').fill('Mars/Olympus');
  await page.locator('#zone').press('Enter');
  await page.locator('.notice.bad', { hasText: "'Mars/Olympus' is not known" }).waitFor();
  equal('a bad zone leaves no stale numbers', await page.locator('.scroll').count(), 0);
  await close();
}

// drawn says whether a canvas has more than one colour, once the library is there.
const drawn = (page) =>
  page
    .waitForFunction(() => {
      const canvas = document.querySelector('canvas');
      const pixels = new Set(
        new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer),
      );
      return pixels.size > 10;
    })
    .then(() => true);
