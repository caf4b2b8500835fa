// One client with all that is known of it, and its way out.
import { card, code, empty, facts, foreign, h, table } from './dom.js';
import { chip, many, number, time } from './format.js';
import { clientsOf, nowOf, overviewOf, reportName, tenantName } from './model.js';

export const parent = 'clients';

const find = (app) => clientsOf(app).find((c) => (c.tenant || '-') === app.route.rest[0] && c.client === app.route.rest[1]);

export const title = (app) => find(app)?.name ?? 'Client';

export function render(app) {
  const c = find(app);
  const back = h('p', null, h('a', { href: '#clients' }, '← All clients'));
  if (!c)
    return [
      h('h1', { tabindex: '-1' }, 'Client'),
      back,
      empty(overviewOf(app) ? 'The ledger knows no such client.' : 'What is known of clients could not be read yet.'),
    ];
  return [
    h('h1', { tabindex: '-1' }, foreign(c.name)),
    back,
    h(
      'div',
      { class: 'grid three' },
      card(
        'who',
        'Who it is',
        facts([
          ['Standing', chip(c.standing)],
          ['Owner', c.owner ? foreign(c.owner) : 'nobody: add the client to rollout.clients'],
          ['Agreement', c.agreement && foreign(c.agreement)],
          ['Hold', c.held && 'its phase is held'],
          ['Tenant', foreign(tenantName(app, c.tenant))],
          [
            'Principal',
            c.principal && [foreign(c.principal), c.claimed && h('span', { class: 'note' }, ' (claimed, not verified)')],
          ],
          ['Address', foreign(c.address || c.seen_from)],
          ['User-Agent', c.user_agent && foreign(c.user_agent)],
        ]),
      ),
      card(
        'when',
        'When it calls',
        facts([
          ['Rhythm', c.rhythm],
          [
            'Next due',
            c.next_due
              ? [
                  time(c.next_due, nowOf(app)),
                  c.due_within_days > 0 && h('span', { class: 'note' }, `, or up to ${many(c.due_within_days, 'day')} later`),
                ]
              : 'not known',
          ],
          [
            'Quiet from',
            c.quiet_from && [time(c.quiet_from, nowOf(app)), h('span', { class: 'note' }, ' if it does not call until then')],
          ],
          ['Missed turns', number(c.missed_turns)],
          ['First seen', time(c.first, nowOf(app))],
          ['Last seen', time(c.last, nowOf(app))],
          ...phases(c),
        ]),
      ),
      card('what', 'What it got', totals(c)),
    ),
    c.beyond_bound &&
      h(
        'p',
        { class: 'notice warn' },
        'This entry stands for several clients that the ledger had no room to tell apart: nothing can be foretold of them.',
      ),
    c.only_uncovered &&
      h(
        'p',
        { class: 'notice warn' },
        'It asks only for days that are not known yet, so it gets nothing for good. ',
        c.suggested_delay ? `Give it date_delay: ${c.suggested_delay}d.` : 'Give it a date_delay.',
      ),
    card('reports', 'By report', reports(c)),
    card('queries', 'Its queries, and what replaces them', queries(c)),
  ];
}

// phases are those in force for the client, as one if they are the same for every report.
function phases(c) {
  const all = Object.entries(c.phases ?? {});
  if (new Set(all.map(([, phase]) => phase)).size === 1) return [['Phase', chip(all[0][1])]];
  return all.map(([report, phase]) => [`Phase, ${reportName(report)}`, chip(phase)]);
}

const tally = (counts) =>
  Object.entries(counts ?? {})
    .sort((a, b) => b[1] - a[1])
    .map(([name, n], i) => [i > 0 && ', ', foreign(name), ` × ${number(n)}`]);

function totals(c) {
  return facts([
    ['Calls', number(c.calls)],
    ['Served', number(c.served)],
    ['Empty', number(c.empty)],
    ['Unfinished rows', number(c.unfinished)],
    ['Asked for unknown days', number(c.uncovered)],
    ['Refused', number(c.refused)],
    ['Password refused', number(c.denied)],
    ['Errors', number(c.errors)],
    ['Brownouts met', number(c.brownouts)],
    ['Formats', list(c.formats)],
    ['Zones', list(c.zones)],
    ['Why refused', list(c.refusals)],
  ]);
}

const list = (counts) => (Object.keys(counts ?? {}).length ? tally(counts) : null);

function reports(c) {
  const column = (label, field) => ({ label, number: true, cell: (r) => number(r[field]) });
  return c.reports.length === 0
    ? empty('Nothing in this time.')
    : table({
        caption: `Calls of ${c.name} by report`,
        quiet: true,
        rows: c.reports,
        key: (r) => r.report || 'root',
        columns: [
          { label: 'Report', head: true, cell: (r) => foreign(reportName(r.report)) },
          column('Calls', 'calls'),
          column('Served', 'served'),
          column('Rows', 'rows'),
          column('Empty', 'empty'),
          column('Unfinished rows', 'unfinished'),
          column('Refused', 'refused'),
          column('Errors', 'errors'),
        ],
      });
}

function queries(c) {
  if (!c.queries?.length) return empty('No query of a report was recorded.');
  return h(
    'ol',
    { class: 'queries' },
    c.queries.map((q, i) =>
      h(
        'li',
        { 'data-key': q.legacy },
        h('h3', null, foreign(q.legacy), h('span', { class: 'note' }, ` ${many(q.calls, 'call')}`)),
        q.graph
          ? facts([
              ['Microsoft Graph', code(q.graph, `Graph request of query ${i + 1}`)],
              ['PowerShell', q.powershell && code(q.powershell, `PowerShell line of query ${i + 1}`)],
            ])
          : empty('Graph has no equivalent of this query.'),
        q.note && h('p', { class: 'note' }, q.note),
      ),
    ),
  );
}
