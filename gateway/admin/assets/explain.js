// What a legacy URL would do, and what takes its place.
import { get } from './api.js';
import { card, code, empty, facts, foreign, h } from './dom.js';
import { chip, many, number } from './format.js';
import { reportName, tenantsOf } from './model.js';

export const title = () => 'Explain';

let answer = { asked: '', data: null, failure: null, running: false };

export function render(app) {
  return [
    h('h1', { tabindex: '-1' }, 'Explain'),
    h(
      'p',
      null,
      'What a legacy request would do on this gateway, and which Microsoft Graph request takes its place. Nothing is counted, nobody is answered.',
    ),
    form(app),
    answer.running && empty('Asking the gateway…'),
    answer.failure && h('p', { class: 'notice bad', role: 'alert' }, foreign(answer.failure)),
    answer.data && [
      hints(answer.data),
      h('div', { class: 'grid' }, verdict(answer.data), understood(answer.data)),
      instead(answer.data),
      differences(answer.data),
    ],
  ];
}

// load explains what stands in the address.
export async function load(app, again = false) {
  if (!app.tenants.data) await app.tenants.read('/api/tenants');
  const asked = new URLSearchParams();
  const { params } = app.route;
  if (!params.get('url')) {
    answer = { asked: '', data: null, failure: null, running: false };
    return;
  }
  asked.set('url', params.get('url'));
  if (params.get('zone')) asked.set('header', `X-timezone: ${params.get('zone')}`);
  const tenant = params.get('tenant') || (tenantsOf(app).length > 1 ? tenantsOf(app)[0].name : '');
  if (tenant) asked.set('tenant', tenant);
  if (again && answer.asked === `${asked}`) return; // what was explained stays until somebody asks again
  const mine = { asked: `${asked}`, data: answer.asked === `${asked}` ? answer.data : null, failure: null, running: true };
  answer = mine;
  try {
    mine.data = await get(`/api/explain?${asked}`);
  } catch (failure) {
    mine.data = null;
    mine.failure = failure.message;
  }
  mine.running = false;
}

function form(app) {
  const now = (name) => app.route.params.get(name) ?? '';
  return h(
    'form',
    { class: 'filter', 'data-do-submit': 'explain', 'aria-label': 'The request' },
    h(
      'div',
      { class: 'field whole' },
      h('label', { for: 'url' }, 'Legacy URL, or its end'),
      h(
        'textarea',
        {
          id: 'url',
          name: 'url',
          rows: '2',
          spellcheck: 'false',
          autocomplete: 'off',
          maxlength: '16384',
          placeholder: 'CsP2PAVTimeDaily?$top=10&$orderby=Date desc',
        },
        now('url'),
      ),
    ),
    h(
      'div',
      { class: 'field grow' },
      h('label', { for: 'xzone' }, 'X-timezone header, if the client sends one'),
      h('input', { id: 'xzone', name: 'zone', value: now('zone'), autocomplete: 'off' }),
    ),
    tenantsOf(app).length > 1 &&
      h(
        'div',
        { class: 'field grow' },
        h('label', { for: 'xtenant' }, 'Tenant'),
        h('input', {
          id: 'xtenant',
          name: 'tenant',
          list: 'xtenants',
          value: now('tenant') || tenantsOf(app)[0].name,
          autocomplete: 'off',
        }),
        h(
          'datalist',
          { id: 'xtenants' },
          tenantsOf(app).map((t) => h('option', { value: t.name })),
        ),
      ),
    h('button', { class: 'main' }, 'Explain'),
  );
}

function verdict(e) {
  const good = e.status < 300;
  return card(
    'verdict',
    [
      h('span', { 'aria-hidden': 'true' }, good ? '● ' : '✕ '),
      `It is answered with ${e.status}`,
      good && e.served && e.target === 'feed' && `, ${many(e.rows, 'row')}`,
    ],
    e.error && h('p', null, foreign(e.error), e.error_code && h('span', { class: 'note' }, ` (${e.error_code})`)),
    !e.served && h('p', null, 'rwsgate does not serve ', foreign(e.report), '.'),
    facts(
      [
        ['Tenant', foreign(e.tenant)],
        ['Report', e.report && foreign(reportName(e.report))],
        ['Periods', e.period],
        ['Format', e.format],
        ['Content type', e.content_type],
        ['Size', `${number(e.bytes)} bytes`],
        ['Phase', e.phase && chip(e.phase)],
        ['Kept in the cache', e.cacheable ? 'yes' : 'no'],
      ].filter(([, v]) => v),
    ),
  );
}

function understood(e) {
  return card(
    'understood',
    'How it is understood',
    facts([
      ['Request', foreign(e.request)],
      ['Zone', e.zone],
      ['Filter', e.filter && foreign(e.filter)],
      ['Order', e.orderby && foreign(e.orderby)],
      ['Fields', e.select?.join(', ')],
      ['Top', e.top],
      ['Skip', e.skip],
      ['Dates moved back', e.date_delay && many(e.date_delay, 'day')],
      ['Rows in the answer', e.first && `${e.first} to ${e.last}`],
      ['Rows there are', e.available_first && `${e.available_first} to ${e.available_last}`],
      ['Known through', e.through],
      ['Unfinished rows', e.unfinished && number(e.unfinished)],
      ['Behind', e.behind && `it asks for days up to ${many(e.behind, 'day')} after the last known one`],
      ['Count', e.count],
      ['Next page', e.next && foreign(e.next)],
    ]),
  );
}

const hints = (e) =>
  e.hints?.length > 0 &&
  card(
    'hints',
    'Hints',
    h(
      'ul',
      null,
      e.hints.map((x) => h('li', null, foreign(x.text))),
    ),
  );

const instead = (e) =>
  card(
    'instead',
    'What takes its place',
    e.graph
      ? [
          facts([
            ['Microsoft Graph', code(e.graph, 'Graph request')],
            ['PowerShell', e.powershell && code(e.powershell, 'PowerShell line')],
          ]),
          e.note && h('p', { class: 'note' }, e.note),
        ]
      : empty('Graph has no equivalent of this request.'),
  );

const differences = (e) =>
  e.differences?.length > 0 &&
  card(
    'differences',
    'What differs from the retired service',
    h(
      'ul',
      null,
      e.differences.map((d) => h('li', null, h('strong', null, d.number), ' ', foreign(d.text))),
    ),
  );
