// The state of every tenant's source, and what the keeper spends on Graph.
import { button, card, empty, foreign, h, hidden, table } from './dom.js';
import { age, between, chip, date, many, number } from './format.js';
import { daysBehind, nowOf, tenantsOf } from './model.js';
import { pageOf, pager } from './paging.js';
import { noticeOf } from './parts.js';

export const title = () => 'Sources';

export function render(app) {
  const all = tenantsOf(app);
  const words = (app.route.params.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter((t) =>
    words.every((w) => `${t.name} ${t.id} ${t.source.state} ${t.source.reason ?? ''}`.toLowerCase().includes(w)),
  );
  const page = pageOf(app, found);
  return [
    h('h1', { tabindex: '-1' }, 'Sources'),
    noticeOf(app),
    all.length > 1 &&
      h(
        'form',
        { class: 'filter', role: 'search', 'data-do-submit': 'nothing', 'aria-label': 'Filter tenants' },
        h(
          'div',
          { class: 'field grow' },
          h('label', { for: 'q' }, 'Tenant, id or state'),
          h('input', {
            id: 'q',
            name: 'q',
            type: 'search',
            value: app.route.params.get('q') ?? '',
            'data-do-input': 'find',
            autocomplete: 'off',
          }),
        ),
        button('fetch', 'Fetch every tenant now', { tenant: '' }, { disabled: app.fetching != null }),
      ),
    h(
      'p',
      { class: 'note', id: 'list' },
      all.length > 0 &&
        (found.length === all.length ? many(all.length, 'tenant') : `${number(found.length)} of ${many(all.length, 'tenant')}`),
    ),
    found.length > 0
      ? tenantTable(app, page.rows)
      : empty(
          all.length > 0
            ? 'No tenant fits: change the filter.'
            : app.tenants.data
              ? 'No tenant is configured.'
              : 'The tenants could not be read yet.',
        ),
    pager(page),
    expiries(app),
    corrections(page.rows),
  ];
}

function tenantTable(app, rows) {
  const now = nowOf(app);
  return table({
    caption: 'Tenants and their source',
    quiet: true,
    rows,
    key: (t) => t.id,
    columns: [
      { label: 'Tenant', head: true, cell: (t) => [foreign(t.name), h('div', { class: 'note' }, t.id)] },
      {
        label: 'Source',
        cell: (t) => [
          chip(t.source.state),
          t.source.since && h('div', { class: 'note' }, `since ${t.source.since}`),
          t.source.reason && h('div', { class: 'note' }, foreign(t.source.reason)),
          t.source.mend && h('div', { class: 'note' }, 'Mend: ', foreign(t.source.mend)),
        ],
      },
      { label: 'Known days', cell: (t) => known(t, now) },
      {
        label: 'Last fetch',
        cell: (t) => [
          age(t.refresh.last_success, now) ?? 'never',
          t.refresh.failures > 0 && h('div', { class: 'note' }, `${many(t.refresh.failures, 'failure')} in a row`),
          t.refresh.stalled_since && h('div', { class: 'note' }, `Graph has not moved since ${date(t.refresh.stalled_since)}`),
        ],
      },
      { label: 'Next fetch', cell: (t) => (t.refresh.due ? age(t.refresh.due, now) : 'as soon as possible') },
      { label: 'Report calls in 24 h', number: true, cell: (t) => number(t.refresh.report_calls_24h) },
      {
        label: 'Action',
        cell: (t) =>
          button(
            'fetch',
            [app.fetching === t.name ? 'Fetching…' : 'Fetch now', hidden(` ${t.name}`)],
            { tenant: t.name },
            { disabled: app.fetching != null },
          ),
      },
    ],
  });
}

function known(t, now) {
  const c = t.coverage;
  if (!c.days && !c.saved_days && !c.totals) return h('span', { class: 'note' }, 'no history yet');
  const behind = daysBehind(t, now);
  return [
    c.days > 0 && [`${c.first} to ${c.last}`, h('div', { class: 'note' }, many(c.days, 'UTC day'))],
    c.saved_days > 0 && [
      h('div', null, `${c.saved_first} to ${c.saved_last}`),
      h('div', { class: 'note' }, many(c.saved_days, 'saved day'), ', imported'),
    ],
    c.totals > 0 && h('div', { class: 'note' }, many(c.totals, 'total'), ', imported'),
    behind > 0 && h('div', { class: 'note' }, `${many(behind, 'day')} behind`),
    c.holes
      .slice(0, 3)
      .map((x) => h('div', { class: 'note' }, `not known: ${x.first === x.last ? x.first : `${x.first} to ${x.last}`}`)),
    c.holes.length > 3 && h('div', { class: 'note' }, `and ${many(c.holes.length - 3, 'more hole', 'more holes')}`),
  ];
}

function expiries(app) {
  const all = app.tenants.data?.expiries ?? [];
  if (all.length === 0) return null;
  return card(
    'expiries',
    'Credentials and certificates',
    table({
      caption: 'Credentials and certificates, soonest end first',
      quiet: true,
      rows: all.slice(0, 50),
      key: (e) => `${e.tenant}${e.what}`,
      columns: [
        { label: 'What', head: true, cell: (e) => [e.what, e.tenant && h('div', { class: 'note' }, foreign(e.tenant))] },
        { label: 'Ends', cell: (e) => [date(e.at), h('div', { class: 'note' }, between(e.at, nowOf(app)))] },
        { label: 'State', cell: (e) => chip(e.state === 'over' ? 'expired' : e.state) },
        { label: 'Mend', cell: (e) => e.mend },
      ],
    }),
    all.length > 50 && h('p', { class: 'note' }, `and ${all.length - 50} later ones`),
  );
}

// corrections are values that Graph, or an import, changed later.
function corrections(tenants) {
  const some = tenants.filter((t) => t.corrections?.count > 0).slice(0, 10);
  if (some.length === 0) return null;
  return card(
    'corrections',
    'Corrections',
    some.map((t) =>
      table({
        caption: `${t.name}: ${many(t.corrections.count, 'correction')}`,
        note: t.corrections.count > t.corrections.latest.length && `the newest ${t.corrections.latest.length}`,
        rows: t.corrections.latest,
        key: (c) => `${c.what} ${c.at}`,
        columns: [
          { label: 'Of', head: true, cell: (c) => c.what },
          { label: 'Audio', number: true, cell: (c) => `${number(c.old_audio)} → ${number(c.new_audio)}` },
          { label: 'Video', number: true, cell: (c) => `${number(c.old_video)} → ${number(c.new_video)}` },
          { label: 'By', cell: (c) => foreign(c.source) },
          { label: 'At', cell: (c) => c.at && date(c.at) },
        ],
      }),
    ),
  );
}
