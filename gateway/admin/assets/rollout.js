// The plan: phases, the calendar of brownouts, what each did, holds.
import { Source } from './api.js';
import { calendar } from './calendar.js';
import { card, empty, facts, foreign, h, table } from './dom.js';
import { between, chip, date, many } from './format.js';
import { configured, holdState, overviewOf, reportName } from './model.js';
import { effectsOf, noticeOf, phaseBar } from './parts.js';

export const title = () => 'Rollout';

const schedule = new Source();

export const load = () => schedule.read('/api/rollout/schedule');

const shown = 6; // brownouts with their effects
const named = 12; // clients that a hold lists

export function render(app) {
  const o = overviewOf(app),
    head = h('h1', { tabindex: '-1' }, 'Rollout');
  if (!o) return [head, empty('The rollout could not be read yet.')];
  if (!configured(o)) return [head, noticeOf(app), phaseBar(app)];
  return [
    head,
    noticeOf(app),
    phaseBar(app),
    phases(o),
    card(
      'calendar',
      'Calendar',
      schedule.data ? calendar(o, schedule.data.reports) : empty(schedule.failure?.message ?? 'Reading from the gateway…'),
    ),
    brownouts(app, o),
    holds(o),
  ];
}

function phases(o) {
  return card(
    'plan',
    'Schedule',
    table({
      caption: 'Phases by report, for clients without a hold',
      quiet: true,
      rows: o.reports,
      key: (r) => r.report,
      columns: [
        { label: 'Report', head: true, cell: (r) => reportName(r.report) },
        { label: 'In force', cell: (r) => chip(r.phase) },
        { label: 'By schedule', cell: (r) => chip(r.scheduled) },
        {
          label: 'Next',
          cell: (r) =>
            r.next
              ? [r.next.phase, h('span', { class: 'note' }, ` ${date(r.next.from)}, ${between(r.next.from, o.at)}`)]
              : h('span', { class: 'note' }, 'nothing follows'),
        },
      ],
    }),
    facts([
      ['Deprecated since', o.deprecation && date(o.deprecation)],
      ['Sunset', o.sunset && [date(o.sunset), h('span', { class: 'note' }, ` ${between(o.sunset, o.at)}`)]],
      ['Successor', o.successor && foreign(o.successor)],
    ]),
  );
}

function brownouts(app, o) {
  const begun = o.brownouts.filter((b) => b.state !== 'planned').reverse();
  return card(
    'effects',
    'What brownouts did',
    begun.length === 0
      ? empty('No brownout has begun yet.')
      : [
          begun
            .slice(0, shown)
            .map((b) =>
              h(
                'section',
                { class: 'effect', 'data-key': b.from, 'aria-label': `Brownout of ${date(b.from)}` },
                h('h3', null, `Brownout of ${date(b.from)}`),
                effectsOf(app, b, { most: 25, all: true }),
              ),
            ),
          begun.length > shown &&
            h('p', { class: 'note' }, `and ${begun.length - shown} older ones: rwsgate rollout evidence names them all`),
        ],
  );
}

function holds(o) {
  return card(
    'holds',
    'Holds',
    o.holds.length === 0
      ? empty('No client is held.')
      : table({
          caption: 'Holds',
          quiet: true,
          rows: o.holds,
          key: (x) => `${x.name} ${x.until}`,
          columns: [
            { label: 'Who', head: true, cell: (x) => foreign(x.name) },
            { label: 'Owner', cell: (x) => (x.owner ? foreign(x.owner) : h('span', { class: 'note' }, 'nobody')) },
            { label: 'Reason', cell: (x) => foreign(x.reason) },
            { label: 'Held in', cell: (x) => chip(x.phase) },
            {
              label: 'Until',
              cell: (x) => [date(x.until), ' ', chip(holdState(x, o.at), x.expired ? 'expired' : between(x.until, o.at))],
            },
            {
              label: 'Clients',
              cell: (x) =>
                x.clients.length
                  ? [
                      h(
                        'ul',
                        { class: 'bare' },
                        x.clients.slice(0, named).map((name) => h('li', null, foreign(name))),
                      ),
                      x.clients.length > named && `and ${many(x.clients.length - named, 'more', 'more')}`,
                    ]
                  : h('span', { class: 'note' }, 'none seen'),
            },
          ],
        }),
  );
}
