// All clients, to be filtered and paged.
import { empty, foreign, h, table } from './dom.js';
import { age, chip, many, number } from './format.js';
import { clientKey, clientsOf, lately, nowOf, overviewOf, shortfall, tenantName } from './model.js';
import { pager, pageOf } from './paging.js';
import { clientName } from './parts.js';

export const title = () => 'Clients';

const standings = ['new', 'active', 'overdue', 'quiet', 'retirable'];

export function render(app) {
  const o = overviewOf(app);
  if (!o) return [h('h1', { tabindex: '-1' }, 'Clients'), empty('What is known of clients could not be read yet.')];
  const found = clientsOf(app).filter(chosen(app));
  const page = pageOf(app, found);
  return [
    h('h1', { tabindex: '-1' }, 'Clients'),
    fields(app),
    h(
      'p',
      { class: 'note', id: 'list' },
      found.length === clientsOf(app).length
        ? many(found.length, 'client')
        : `${number(found.length)} of ${many(clientsOf(app).length, 'client')}`,
      `; calls and answers are counted ${lately(app)}`,
      o.beyond_bound > 0 &&
        `. ${many(o.beyond_bound, 'entry stands', 'entries stand')} for several clients that the ledger had no room to tell apart: nothing is foretold of them`,
    ),
    found.length === 0
      ? empty(clientsOf(app).length === 0 ? 'No client has called yet.' : 'No client fits: change the filter.')
      : clientTable(app, page.rows),
    pager(page),
  ];
}

// chosen is what the filter lets through.
function chosen(app) {
  const get = (name) => app.route.params.get(name) ?? '';
  const words = get('q').toLowerCase().split(/\s+/).filter(Boolean);
  return (c) =>
    (!get('standing') || c.standing === get('standing')) &&
    (get('owner') !== 'none' || !c.owner) &&
    (get('owner') !== 'known' || c.owner) &&
    (!get('short') || shortfall(c) > 0) &&
    (!get('tenant') || c.tenant === get('tenant')) &&
    words.every((w) => textOf(app, c).includes(w));
}

const textOf = (app, c) =>
  [c.name, c.owner, c.agreement, c.principal, c.address, c.seen_from, c.user_agent, tenantName(app, c.tenant)]
    .join('\n')
    .toLowerCase();

function fields(app) {
  const now = (name) => app.route.params.get(name) ?? '';
  const option = (name, value, label) => h('option', { value, selected: now(name) === value }, label);
  return h(
    'form',
    { class: 'filter', role: 'search', 'data-do-submit': 'nothing', 'aria-label': 'Filter clients' },
    h(
      'div',
      { class: 'field grow' },
      h('label', { for: 'q' }, 'Name, owner, address, agent or tenant'),
      h('input', { id: 'q', name: 'q', type: 'search', value: now('q'), 'data-do-input': 'find', autocomplete: 'off' }),
    ),
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'standing' }, 'Standing'),
      h(
        'select',
        { id: 'standing', name: 'standing', 'data-do-change': 'choose' },
        option('standing', '', 'All'),
        standings.map((s) => option('standing', s, s)),
      ),
    ),
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'owner' }, 'Owner'),
      h(
        'select',
        { id: 'owner', name: 'owner', 'data-do-change': 'choose' },
        option('owner', '', 'All'),
        option('owner', 'none', 'nobody'),
        option('owner', 'known', 'somebody'),
      ),
    ),
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'short' }, 'Answers'),
      h(
        'select',
        { id: 'short', name: 'short', 'data-do-change': 'choose' },
        option('short', '', 'All'),
        option('short', 'yes', 'some fell short'),
      ),
    ),
  );
}

function clientTable(app, rows) {
  const now = nowOf(app);
  return table({
    caption: 'Clients',
    quiet: true,
    rows,
    key: clientKey,
    columns: [
      { label: 'Client', head: true, cell: (c) => clientName(app, c) },
      { label: 'Owner', cell: (c) => (c.owner ? foreign(c.owner) : h('span', { class: 'note' }, 'nobody')) },
      { label: 'Standing', cell: (c) => [chip(c.standing), c.held && h('span', { class: 'chip plain' }, 'held')] },
      { label: 'Rhythm', cell: (c) => c.rhythm },
      { label: 'Last call', cell: (c) => age(c.last, now) },
      { label: 'Next due', cell: (c) => age(c.next_due, now) ?? h('span', { class: 'note' }, 'not known') },
      { label: 'Calls', number: true, cell: (c) => number(c.recent.calls) },
      { label: 'Fell short', number: true, cell: (c) => number(shortfall(c)) },
    ],
  });
}
