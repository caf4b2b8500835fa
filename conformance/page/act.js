// What can be done from the page, by keyboard, and that it is done.
import { accessible, quiet, settled, text, visit } from './browser.js';
import { check, equal } from './checks.js';
import { ask } from './gateway.js';

const stateOf = async (gateway) => (await (await fetch(`${gateway.admin}/api/rollout`)).json()).state;

// pausing pauses and resumes the rollout with nothing but the keyboard.
export async function pausing(browser, gateway) {
  const { page, seen, close } = await visit(browser, gateway.admin);
  const button = page.locator('button', { hasText: 'Pause the rollout' });
  await button.focus();
  await page.keyboard.press('Enter');
  equal('the question asks for a reason first', await page.evaluate(() => document.activeElement.id), 'ask-reason');
  await accessible('the question', page);
  await page.keyboard.press('Enter');
  check('no pause without a reason', (await page.locator('dialog').evaluate((d) => d.open)) && !(await stateOf(gateway)).paused);
  await page.keyboard.press('Escape');
  equal('the focus comes back', await page.evaluate(() => document.activeElement.dataset.do), 'pause');
  equal('Escape changes nothing', (await stateOf(gateway)).paused, false);
  await page.keyboard.press('Enter');
  await page.keyboard.type('payroll needs <b>one</b> more week');
  await page.keyboard.press('Enter');
  await page.locator('.phases.paused').waitFor();
  const state = await stateOf(gateway);
  equal(
    'the rollout is paused',
    [state.paused, state.reason, state.by],
    [true, 'payroll needs <b>one</b> more week', 'loopback'],
  );
  check(
    'the page says why',
    (await text(page, '.phases')).includes('payroll needs <b>one</b> more week'),
    await text(page, '.phases'),
  );
  await page.locator('#said', { hasText: 'The rollout is paused.' }).waitFor({ state: 'attached' });
  await accessible('paused', page);
  await page.locator('button', { hasText: 'Resume' }).click();
  await page.locator('#ask-yes').click();
  await page.locator('button', { hasText: 'Pause the rollout' }).waitFor();
  equal('the rollout goes on', (await stateOf(gateway)).paused, false);
  quiet('pausing', seen);
  await close();
}

// fetching asks Graph from the page and says what came of it.
export async function fetching(browser, gateway) {
  const { page, seen, close } = await visit(browser, gateway.admin, { at: '#sources' });
  const before = (await (await fetch(`${gateway.admin}/api/tenants`)).json()).tenants[0].refresh.report_calls_24h;
  await page.locator('button', { hasText: 'Fetch now' }).click();
  await page.locator('.notice.good', { hasText: 'example.onmicrosoft.com: live' }).waitFor();
  const after = (await (await fetch(`${gateway.admin}/api/tenants`)).json()).tenants[0].refresh.report_calls_24h;
  check('Graph was asked', after > before, [before, after]);
  await page.locator('button', { hasText: 'Dismiss' }).click();
  equal('the notice goes', await page.locator('.notice').count(), 0);
  quiet('fetching', seen);
  await close();
}

// walking goes through the first screen by Tab alone: everything is reached once, in order, visibly.
export async function walking(browser, admin) {
  const { page, close } = await visit(browser, admin);
  const wanted = await page.evaluate(
    () =>
      [...document.querySelectorAll('a[href], button:not(:disabled), input, select, textarea, [tabindex="0"]')].filter(
        (e) => e.checkVisibility() && !e.closest('dialog'),
      ).length,
  );
  const seen = [];
  for (let i = 0; i < wanted; i++) {
    await page.keyboard.press('Tab');
    seen.push(
      await page.evaluate(() => {
        const e = document.activeElement,
          box = e.getBoundingClientRect(),
          style = getComputedStyle(e);
        return {
          what: `${e.nodeName} ${e.textContent.trim().slice(0, 40)}`,
          top: Math.round(box.top + scrollY),
          shown: box.bottom > 0 && box.top < innerHeight && box.width > 0,
          ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
        };
      }),
    );
  }
  equal('the walk begins with the way past the menu', seen[0].what, 'A Skip to the content');
  equal(
    'what has the focus is seen',
    seen.filter((s) => !s.shown || !s.ring).map((s) => s.what),
    [],
  );
  equal('everything is reached once', new Set(seen.map((s) => `${s.what} ${s.top}`)).size, wanted);
  await page.goto(`${admin}/#overview`);
  await settled(page);
  await page.locator('.skip').focus();
  await page.keyboard.press('Enter');
  equal('the menu is skipped', await page.evaluate(() => document.activeElement.id), 'main');
  await close();
}

// refreshing has data change under the reader: focus, scroll and what is typed stay, nothing is read while hidden.
export async function refreshing(browser, gateway, client) {
  const context = await visit(browser, gateway.admin, { at: '#overview' });
  const { page, seen, close } = context;
  await page.clock.install();
  await page.reload();
  await settled(page);
  const link = page.locator('#callers a').first();
  await link.focus();
  await page.evaluate(() => window.scrollTo(0, 500));
  // Where the reader looks: rows may come above, and the browser then scrolls by their height.
  const place = () =>
    page.evaluate(() => [document.activeElement.textContent, Math.round(document.activeElement.getBoundingClientRect().top)]);
  const before = await place();
  const reads = () => seen.asked.filter((r) => r === 'GET /api/rollout').length;
  const count = reads();
  await ask(gateway, client, 'CsP2PAVTimeWeekly?$top=1');
  // The gateway itself keeps its overview for a while, longer when it is slow.
  for (let tries = 0; tries < 150 && !(await page.locator('#strangers').innerText()).includes(client.user); tries++) {
    await page.clock.runFor(31_000);
    do await page.waitForTimeout(300);
    while (seen.busy > 0);
  }
  check('the newcomer is shown', (await text(page, '#strangers')).includes(client.user), await text(page, '#strangers'));
  check('it reads again by itself', reads() > count, reads());
  equal('focus and scroll stay', await place(), before);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  const hidden = reads();
  await page.clock.runFor(120_000);
  equal('a hidden page asks nothing', reads(), hidden);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: false, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  for (let tries = 0; tries < 50 && reads() === hidden; tries++) await page.waitForTimeout(100);
  equal('one that is looked at again does', reads(), hidden + 1);
  await page.locator('button', { hasText: 'Pause updates' }).click();
  await page.clock.runFor(120_000);
  equal('updates pause', reads(), hidden + 1);
  check('and that is seen', (await text(page, '#freshness')).includes('Updates paused'), await text(page, '#freshness'));
  quiet('refreshing', seen);
  await close();
}
