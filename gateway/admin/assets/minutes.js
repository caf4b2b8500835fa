// Minutes of audio and video by day, week or month, in a zone: a chart and the same numbers as a table.
import { Source, get } from './api.js';
import { drawChart } from './chart.js';
import { card, empty, facts, foreign, h, table } from './dom.js';
import { chip, many, number } from './format.js';
import { clientsOf, tenantsOf } from './model.js';

export const title = () => 'Minutes';

const source = new Source();
let zones = [];
const periods = { daily: 'Day', weekly: 'Week', monthly: 'Month' };
const most = 400; // rows of the table

// wanted is what the address asks for.
const wanted = (app) => ({
  tenant: app.route.params.get('tenant') || tenantsOf(app)[0]?.name || '',
  zone: app.route.params.get('zone') || 'UTC',
  period: Object.hasOwn(periods, app.route.params.get('period')) ? app.route.params.get('period') : 'daily',
});

export async function load(app) {
  if (zones.length === 0)
    get('/api/zones').then(
      (answer) => {
        zones = answer.zones;
        app.changed();
      },
      () => {},
    );
  if (!app.tenants.data) await app.tenants.read('/api/tenants');
  if (tenantsOf(app).length > 0) await source.read(`/api/minutes?${new URLSearchParams(wanted(app))}`);
}

export function render(app) {
  const head = h('h1', { tabindex: '-1' }, 'Minutes');
  if (app.tenants.data && tenantsOf(app).length === 0) return [head, empty('No tenant is configured.')];
  if (!app.tenants.data) return [head, empty('The tenants could not be read yet.')];
  return [head, fields(app), body()];
}

function body() {
  const { data, failure } = source;
  return [
    failure && h('p', { class: 'notice bad', role: 'alert' }, foreign(failure.message)),
    !data && !failure && empty('Reading from the gateway…'),
    data &&
      (data.rows.length === 0
        ? empty(data.first ? 'No period that is shown has any minute.' : 'Nothing is known of any whole day yet.')
        : [h('div', { class: 'beside' }, figure(data), numbers(data))]),
    data && card('about', 'What this is', about(data)),
  ];
}

// after draws the chart into the canvas that render made.
export function after(app, main) {
  const canvas = main.querySelector('canvas');
  if (canvas && source.data?.rows.length) drawChart(canvas, source.data);
}

function fields(app) {
  const now = wanted(app);
  const used = new Map();
  for (const c of clientsOf(app)) {
    for (const [zone, calls] of Object.entries(c.zones ?? {})) used.set(zone, (used.get(zone) ?? 0) + calls);
  }
  const asked = [...used]
    .sort((a, b) => b[1] - a[1])
    .map(([zone]) => zone)
    .filter((zone) => !zone.startsWith('('));
  const choice = (name, options, value) =>
    h(
      'select',
      { id: name, name, 'data-do-change': 'choosePart' },
      options.map(([v, label]) => h('option', { value: v, selected: v === value }, label)),
    );
  return h(
    'form',
    { class: 'filter', 'data-do-submit': 'nothing', 'aria-label': 'What is shown' },
    tenantsOf(app).length > 1 &&
      h(
        'div',
        { class: 'field grow' },
        h('label', { for: 'tenant' }, 'Tenant'),
        h('input', {
          id: 'tenant',
          name: 'tenant',
          value: now.tenant,
          list: 'tenants',
          'data-do-change': 'choosePart',
          autocomplete: 'off',
        }),
        h(
          'datalist',
          { id: 'tenants' },
          tenantsOf(app).map((t) => h('option', { value: t.name })),
        ),
      ),
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'period' }, 'By'),
      choice(
        'period',
        Object.entries(periods).map(([v, label]) => [v, label.toLowerCase()]),
        now.period,
      ),
    ),
    h(
      'div',
      { class: 'field grow' },
      h('label', { for: 'zone' }, 'Time zone'),
      h('input', {
        id: 'zone',
        name: 'zone',
        value: now.zone,
        list: 'zones',
        'data-do-change': 'choosePart',
        autocomplete: 'off',
        'aria-describedby': 'zone-help',
      }),
      h(
        'span',
        { class: 'note', id: 'zone-help' },
        'a Windows id, an IANA name or an offset',
        asked.length > 0 && [', clients ask in ', foreign(asked.slice(0, 3).join(', '))],
      ),
      h(
        'datalist',
        { id: 'zones' },
        [...new Set([...asked, ...zones])].map((z) => h('option', { value: z })),
      ),
    ),
  );
}

function figure(m) {
  const audio = sum(m.rows, 'audio'),
    video = sum(m.rows, 'video');
  const label =
    `Minutes of audio and video by ${periods[m.period].toLowerCase()} from ${m.rows[0].first} to ${m.rows.at(-1).date}: ` +
    `audio ${number(audio)} in all, at most ${number(Math.max(...m.rows.map((r) => r.audio)))}; video ${number(video)} in all, at most ${number(Math.max(...m.rows.map((r) => r.video)))}. The table has the numbers.`;
  return h(
    'figure',
    { class: 'chart' },
    h('figcaption', null, `Minutes by ${periods[m.period].toLowerCase()}, ${m.zone}`),
    h('div', { class: 'canvas' }, h('canvas', { id: 'chart', role: 'img', 'aria-label': label, 'data-keep': true })),
  );
}

const sum = (rows, field) => rows.reduce((all, r) => all + r[field], 0);

function numbers(m) {
  const rows = m.rows.slice(-most).reverse();
  const columns = [
    { label: m.period === 'daily' ? 'Day' : `${periods[m.period]} ending`, head: true, cell: (r) => r.date },
    { label: 'Audio', number: true, cell: (r) => number(r.audio) },
    { label: 'Video', number: true, cell: (r) => number(r.video) },
  ];
  if (m.period !== 'daily')
    columns.push({
      label: 'State',
      cell: (r) => [
        chip(r.state),
        r.covered < r.days && r.covered > 0 && h('span', { class: 'note' }, ` ${r.covered} of ${r.days} days known`),
      ],
    });
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'The numbers of the chart' },
    table({
      caption: 'Minutes, newest first',
      slim: true,
      rows,
      key: (r) => r.date,
      columns,
      note: rows.length < m.rows.length && `the newest ${number(most)} of ${number(m.rows.length)}`,
    }),
  );
}

function about(m) {
  return facts([
    ['Report', m.report],
    ['Zone', m.zone],
    ['Re-bucketing', m.rebucket],
    ['Known from', m.first],
    ['Known through', m.through],
    [
      'Unfinished',
      m.unfinished > 0 &&
        `${many(m.unfinished, `${periods[m.period].toLowerCase()}`)} over, but not all days known: Graph is days late`,
    ],
    [
      'Not known',
      m.holes.length > 0 &&
        h(
          'ul',
          null,
          m.holes
            .slice(0, 10)
            .map((x) => h('li', null, x.first === x.last ? x.first : `${x.first} to ${x.last}, ${many(x.days, 'day')}`)),
          m.holes.length > 10 && h('li', null, `and ${m.holes.length - 10} more`),
        ),
    ],
    ['No row', `A ${periods[m.period].toLowerCase()} without any minute has none, as in the legacy report.`],
  ]);
}
