// Parts that several views show: the phases with the pause, the effects of a brownout, what an action came to.
import { button, cut, empty, facts, foreign, h, table } from './dom.js';
import { age, chip, date, local, many, number, span, time } from './format.js';
import {
  clientLink,
  configured,
  countBy,
  manyTenants,
  nextBrownout,
  nowOf,
  overviewOf,
  reportName,
  stopOf,
  tenantName,
} from './model.js';

// clientName names a client with a link to its page: who it says it is, then by which program and from where.
export function clientName(app, c) {
  const who = c.principal || c.address;
  return [
    h('a', { href: clientLink(c) }, foreign(who || c.name)),
    who && h('div', { class: 'note' }, foreign(c.agent), c.principal && c.claimed && ` · name only claimed, from ${c.address}`),
    manyTenants(app) && h('div', { class: 'note' }, foreign(c.tenant_name || tenantName(app, c.tenant))),
  ];
}

// noticeOf shows what the last action came to, until it is dismissed.
export function noticeOf(app) {
  return (
    app.notice &&
    h('div', { class: `notice ${app.notice.kind}` }, h('p', null, foreign(app.notice.text)), button('dismiss', 'Dismiss'))
  );
}

// phaseBar shows the phase of each report, what comes next, and the button that pauses or resumes.
export function phaseBar(app) {
  const o = overviewOf(app);
  if (!o) return null;
  if (o.state.paused) {
    return h(
      'section',
      { class: 'phases paused', 'aria-labelledby': 'phases-title' },
      h('h2', { id: 'phases-title' }, h('span', { 'aria-hidden': 'true' }, '‖ '), 'The rollout is paused'),
      h(
        'p',
        null,
        'Since ',
        time(o.state.since, o.at),
        o.state.by && [' by ', foreign(o.state.by)],
        o.state.reason && [': ', foreign(o.state.reason)],
        '. No client is refused; headers still announce.',
      ),
      button('resume', 'Resume…', {}, { class: 'main' }),
    );
  }
  if (!configured(o)) {
    return h(
      'section',
      { class: 'phases', 'aria-labelledby': 'phases-title' },
      h('h2', { id: 'phases-title' }, 'No rollout is configured'),
      h(
        'p',
        null,
        'Every report is in the phase observe: calls are counted, nothing else changes. Add ',
        h('code', null, 'rollout:'),
        ' to the configuration to plan the end.',
      ),
    );
  }
  return h(
    'section',
    { class: 'phases', 'aria-labelledby': 'phases-title' },
    h('h2', { id: 'phases-title', class: 'hidden' }, 'Phases in force'),
    facts(together(o.reports).map(([names, r]) => [names, phaseOf(r)])),
    h('div', { class: 'side' }, upcoming(o), button('pause', 'Pause the rollout…')),
  );
}

// together gives reports of one phase and one future as one line.
function together(reports) {
  const found = new Map();
  for (const r of reports) {
    const key = `${r.phase} ${r.next?.from} ${r.next?.phase}`;
    found.set(key, [...(found.get(key) ?? []), r]);
  }
  return [...found.values()].map((same) => [
    same.length === reports.length ? 'All reports' : same.map((r) => reportName(r.report)).join(', '),
    same[0],
  ]);
}

const phaseOf = (r) => [chip(r.phase), r.next && h('span', { class: 'note' }, ` ${r.next.phase} on ${date(r.next.from)}`)];

function upcoming(o) {
  const next = nextBrownout(o);
  return next && h('p', { class: 'note' }, 'Next brownout ', windowOf(next));
}

// windowOf writes when a brownout is, by the clock of the zone that it was planned in.
export function windowOf(b) {
  const from = local(b.from, b.zone),
    until = local(b.until, b.zone);
  return [
    h('time', { datetime: b.from }, `${from.date} ${from.clock}`),
    '–',
    h('time', { datetime: b.until }, until.date === from.date ? until.clock : `${until.date} ${until.clock}`),
    ` ${from.zone} (${span(b.from, b.until)})`,
  ];
}

const order = ['failed and retried until served', 'failed', 'failed and stayed away', 'called and was served', 'never called'];
const meaning = {
  'failed and retried until served': 'nobody noticed',
  failed: 'too early to say more',
  'failed and stayed away': 'it noticed',
  'called and was served': 'held, or in another phase',
  'never called': 'not tested',
};

// effectsOf shows what a brownout did, client by client; those that never called are only counted unless all are wanted.
export function effectsOf(app, b, { most, all = false }) {
  const counts = b.counts ?? countBy(b.effects, (e) => e.effect);
  const hit = b.effects
    .filter((e) => all || !['never called', 'called and was served'].includes(e.effect))
    .sort((x, y) => order.indexOf(x.effect) - order.indexOf(y.effect) || y.failed - x.failed);
  const { rows, left } = cut(hit, most);
  const stop = stopOf(overviewOf(app), b);
  return [
    h('p', null, windowOf(b), ' ', chip(b.state)),
    stop &&
      h(
        'p',
        null,
        'Stopped ',
        time(stop.at),
        ' when ',
        foreign(stop.client),
        ', which had never called before, asked for ',
        reportName(stop.report),
        '.',
      ),
    b.effects.length === 0
      ? empty('No client was known when it began.')
      : h(
          'ul',
          { class: 'counts' },
          order
            .filter((e) => counts[e])
            .map((e) =>
              h('li', null, h('strong', null, number(counts[e])), ' ', chip(e), h('span', { class: 'note' }, ` ${meaning[e]}`)),
            ),
        ),
    rows.length > 0 &&
      table({
        caption: 'Clients that the brownout hit',
        quiet: true,
        rows,
        key: (e) => `${e.tenant}/${e.client}`,
        columns: [
          {
            label: 'Client',
            head: true,
            cell: (e) => [
              h('a', { href: clientLink(e) }, foreign(e.name)),
              h('div', { class: 'note' }, 'owner: ', e.owner ? foreign(e.owner) : 'nobody'),
            ],
          },
          { label: 'Effect', cell: (e) => chip(e.effect) },
          { label: 'Failed calls', number: true, cell: (e) => number(e.failed) },
          { label: 'Served again', cell: (e) => age(e.served_again, nowOf(app)) ?? h('span', { class: 'note' }, 'no') },
        ],
      }),
    left > 0 && h('p', { class: 'note' }, h('a', { href: '#rollout' }, `and ${many(left, 'more client', 'more clients')}`)),
  ];
}
