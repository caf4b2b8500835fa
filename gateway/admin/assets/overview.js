// The first screen: what needs attention, who still calls, what they did not get, what ends, what the last brownout did.
import { attention, attentionList } from './attention.js';
import { card, cut, empty, foreign, h, table } from './dom.js';
import { age, between, chip, date, many, number } from './format.js';
import {
  calls,
  clientKey,
  clientsOf,
  configured,
  daysBehind,
  holdState,
  lastBrownout,
  lately,
  latest,
  newestDay,
  nowOf,
  overviewOf,
  shortfall,
  soonest,
  tenantsOf,
  unknown,
} from './model.js';
import { clientName, effectsOf, noticeOf, phaseBar } from './parts.js';

export const title = () => 'Overview';

const most = 8; // rows of a table on the first screen

export function render(app) {
  return [
    h('h1', { tabindex: '-1' }, 'Overview'),
    noticeOf(app),
    phaseBar(app),
    card('attention', 'Needs attention', attentionList(attention(app))),
    overviewOf(app) &&
      (clientsOf(app).length === 0
        ? nobody()
        : [standings(app), h('div', { class: 'grid' }, strangers(app), brownout(app)), callers(app), short(app)]),
    h('div', { class: 'grid' }, ends(app), coverage(app)),
  ];
}

const nobody = () =>
  card(
    'callers',
    'Who still calls',
    empty(
      'No client has called yet. Legacy clients ask ',
      h('code', null, '/ecp/reportingwebservice/reporting.svc'),
      ' on the legacy listener.',
    ),
  );

// standings counts the clients by where they are on their way out.
function standings(app) {
  const counts = overviewOf(app).standings ?? {};
  const meaning = {
    new: 'first seen within a week',
    active: 'calls, no turn missed',
    overdue: 'missed a turn',
    quiet: 'missed two turns, or gone',
    retirable: 'got only empty feeds',
  };
  return h(
    'section',
    { 'aria-labelledby': 'standings-title' },
    h('h2', { id: 'standings-title', class: 'hidden' }, 'Clients by standing'),
    h(
      'ul',
      { class: 'tiles' },
      Object.entries(meaning).map(([name, means]) =>
        h(
          'li',
          null,
          h(
            'a',
            { href: `#clients?standing=${name}` },
            h('span', { class: 'count' }, number(counts[name])),
            chip(name),
            h('span', { class: 'note' }, means),
          ),
        ),
      ),
      h(
        'li',
        null,
        h(
          'a',
          { href: '#clients?owner=none' },
          h('span', { class: 'count' }, number(overviewOf(app).without_owner)),
          h('span', { class: 'chip plain' }, 'no owner'),
          h('span', { class: 'note' }, 'nobody answers for them'),
        ),
      ),
    ),
  );
}

const clientColumn = (app) => ({
  label: 'Client',
  head: true,
  cell: (c) => clientName(app, c),
});
const ownerColumn = { label: 'Owner', cell: (c) => (c.owner ? foreign(c.owner) : h('span', { class: 'note' }, 'nobody')) };

// list is a table of clients, cut to the first screen.
function list(app, caption, rows, columns, link) {
  const { rows: shown, left } = cut(rows, most);
  return [
    table({ caption, quiet: true, rows: shown, key: clientKey, columns: [clientColumn(app), ...columns] }),
    left > 0 && h('p', null, h('a', { href: link }, `All ${many(rows.length, 'client')}`)),
  ];
}

function strangers(app) {
  const rows = clientsOf(app)
    .filter((c) => c.standing === 'new' || unknown(c))
    .sort(latest('first'));
  return card(
    'strangers',
    'New and unknown clients',
    rows.length === 0
      ? empty('Every client that calls has an owner, and none is new.')
      : list(
          app,
          'New and unknown clients, newest first',
          rows,
          [
            { label: 'First seen', cell: (c) => age(c.first, nowOf(app)) },
            { label: 'Calls', number: true, cell: (c) => number(c.recent.calls) },
            ownerColumn,
          ],
          '#clients?owner=none',
        ),
  );
}

function callers(app) {
  const rows = clientsOf(app).filter(calls).sort(soonest('next_due'));
  return card(
    'callers',
    ['Who still calls ', h('span', { class: 'note' }, `calls ${lately(app)}`)],
    rows.length === 0
      ? empty('Nobody: every client is quiet or retirable.')
      : list(
          app,
          'Who still calls, next due first',
          rows,
          [
            ownerColumn,
            { label: 'Standing', cell: (c) => chip(c.standing) },
            { label: 'Rhythm', cell: (c) => c.rhythm },
            { label: 'Last call', cell: (c) => age(c.last, nowOf(app)) },
            { label: 'Next due', cell: (c) => age(c.next_due, nowOf(app)) ?? h('span', { class: 'note' }, 'not known yet') },
            { label: 'Calls', number: true, cell: (c) => number(c.recent.calls) },
          ],
          '#clients',
        ),
  );
}

function short(app) {
  const rows = clientsOf(app)
    .filter((c) => shortfall(c) > 0)
    .sort((a, b) => shortfall(b) - shortfall(a));
  const column = (label, field) => ({ label, number: true, cell: (c) => number(c.recent[field]) });
  return card(
    'short',
    ['Refused, empty and unfinished answers ', h('span', { class: 'note' }, lately(app))],
    rows.length === 0
      ? empty('Every call got what it asked for.')
      : list(
          app,
          'Clients by answers that fell short, most first',
          rows,
          [
            column('Refused', 'refused'),
            column('Empty', 'empty'),
            column('Unfinished rows', 'unfinished'),
            column('Errors', 'errors'),
            column('Brownouts', 'brownouts'),
          ],
          '#clients?short=yes',
        ),
  );
}

function brownout(app) {
  const o = overviewOf(app),
    last = lastBrownout(o);
  return card(
    'brownout',
    'The last brownout',
    last ? effectsOf(app, last, { most }) : empty(configured(o) ? 'No brownout has begun yet.' : 'No brownout is planned.'),
  );
}

function coverage(app) {
  const now = nowOf(app);
  const rows = [...tenantsOf(app)].sort((a, b) => (daysBehind(b, now) ?? Infinity) - (daysBehind(a, now) ?? Infinity));
  const { rows: shown, left } = cut(rows, most);
  return card(
    'coverage',
    'Coverage',
    rows.length === 0
      ? empty(app.tenants.data ? 'No tenant is configured.' : 'Not read yet.')
      : [
          table({
            caption: 'How far each tenant’s history reaches, the farthest behind first',
            quiet: true,
            rows: shown,
            key: (t) => t.id,
            columns: [
              { label: 'Tenant', head: true, cell: (t) => foreign(t.name) },
              { label: 'Source', cell: (t) => chip(t.source.state) },
              {
                label: 'Known through',
                cell: (t) =>
                  newestDay(t)
                    ? [newestDay(t), h('div', { class: 'note' }, behindWords(daysBehind(t, now)))]
                    : h('span', { class: 'note' }, t.coverage.totals ? 'imported totals only' : 'no history yet'),
              },
            ],
          }),
          left > 0 && h('p', null, h('a', { href: '#sources' }, `All ${many(rows.length, 'tenant')}`)),
        ],
  );
}

const behindWords = (days) => (days === 0 ? 'complete' : `${many(days, 'day')} behind`);

// ends are credentials, certificates and holds, soonest first.
function ends(app) {
  const now = nowOf(app);
  const rows = [
    ...(app.tenants.data?.expiries ?? []).map((e) => ({
      what: [e.what, e.tenant && [' of ', foreign(e.tenant)]],
      at: e.at,
      state: e.state === 'over' ? 'expired' : e.state,
      key: `e${e.tenant}${e.what}`,
    })),
    ...(overviewOf(app)?.holds ?? []).map((hold, i) => ({
      what: ['hold for ', foreign(hold.owner || hold.name)],
      at: hold.until,
      state: holdState(hold, now),
      key: `h${i}`,
    })),
    ...(overviewOf(app)?.sunset
      ? [{ what: 'sunset of the legacy service', at: overviewOf(app).sunset, state: 'planned', key: 'sunset' }]
      : []),
  ].sort(soonest('at'));
  const { rows: shown, left } = cut(rows, most);
  return card(
    'ends',
    'What ends',
    rows.length === 0
      ? empty('No credential, certificate or hold has a known end.')
      : [
          table({
            caption: 'Credentials, certificates, holds and the sunset, soonest first',
            quiet: true,
            rows: shown,
            key: (r) => r.key,
            columns: [
              { label: 'What', head: true, cell: (r) => r.what },
              { label: 'Ends', cell: (r) => [date(r.at), h('div', { class: 'note' }, between(r.at, now))] },
              { label: 'State', cell: (r) => chip(r.state === 'over' ? 'expired' : r.state) },
            ],
          }),
          left > 0 && h('p', { class: 'note' }, `and ${left} more: holds stand under Rollout, credentials under Sources`),
        ],
  );
}
