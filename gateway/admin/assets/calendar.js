// The months of the rollout with what happens on each day, and the same as a list.
import { h, hidden } from './dom.js';
import { chip, date, local } from './format.js';
import { dayLength, reportName } from './model.js';
import { windowOf } from './parts.js';

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = 12; // at most

// calendar shows the months from the one before now to the last event.
export function calendar(o, schedule) {
  const events = eventsOf(o, schedule).sort((a, b) => a.day.localeCompare(b.day));
  const today = date(o.at);
  const { first, last } = reach(events, today);
  const byDay = Map.groupBy ? Map.groupBy(events, (e) => e.day) : grouped(events);
  const all = [];
  for (let m = first; m <= last && all.length < months; m++) all.push(month(m, byDay, today));
  return [
    h(
      'ul',
      { class: 'legend' },
      Object.entries(kinds).map(([kind, { mark, label }]) =>
        h('li', null, h('span', { class: `event ${kind}`, 'aria-hidden': 'true' }, mark), ` ${label}`),
      ),
    ),
    h('div', { class: 'months' }, all),
    last - first + 1 > months && h('p', { class: 'note' }, `The calendar ends after ${months} months; the list goes on.`),
    h('h3', null, 'All dates'),
    h(
      'ul',
      { class: 'agenda' },
      events.map((e) =>
        h(
          'li',
          { 'data-key': `${e.day} ${e.text}` },
          h('span', { class: `event ${e.kind}`, 'aria-hidden': 'true' }, kinds[e.kind].mark),
          h('span', null, e.long),
        ),
      ),
    ),
  ];
}

const kinds = {
  brownout: { mark: '▼', label: 'brownout' },
  phase: { mark: '◆', label: 'phase begins' },
  sunset: { mark: '■', label: 'sunset' },
  hold: { mark: '○', label: 'hold ends' },
};

function grouped(events) {
  const map = new Map();
  for (const e of events) map.set(e.day, [...(map.get(e.day) ?? []), e]);
  return map;
}

function eventsOf(o, schedule) {
  const events = o.brownouts.map((b) => {
    const at = local(b.from, b.zone);
    return { kind: 'brownout', day: at.date, text: `brownout ${at.clock}`, long: ['Brownout ', windowOf(b), ' ', chip(b.state)] };
  });
  for (const [key, group] of Object.entries(steps(schedule))) {
    const [from, phase] = key.split(' ');
    events.push({
      kind: 'phase',
      day: from,
      text: phase,
      long: [
        `${from} `,
        chip(phase),
        ` ${group.length === schedule.length ? 'for all reports' : `for ${group.map(reportName).join(', ')}`}`,
      ],
    });
  }
  if (o.sunset) events.push({ kind: 'sunset', day: date(o.sunset), text: 'sunset', long: `${date(o.sunset)} Sunset` });
  for (const x of o.holds)
    events.push({
      kind: 'hold',
      day: date(x.until),
      text: 'hold ends',
      long: [`${date(x.until)} Hold of ${x.owner || x.name} ends `, x.expired && chip('expired')],
    });
  return events;
}

// steps are the phases of the schedule by date and phase, with the reports that take them.
function steps(schedule) {
  const found = {};
  for (const { report, steps: all } of schedule) {
    for (const step of all) (found[`${date(step.from)} ${step.phase}`] ??= []).push(report);
  }
  return found;
}

const monthOf = (day) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;

// reach gives the first and the last month to show, counted from the year 0.
function reach(events, today) {
  const now = monthOf(today);
  const near = events.map((e) => monthOf(e.day)).filter((m) => m >= now - 2);
  return { first: Math.min(now, ...near), last: Math.max(now, ...near) };
}

function month(at, byDay, today) {
  const year = Math.floor(at / 12),
    index = at % 12;
  const first = Date.UTC(year, index, 1),
    days = new Date(Date.UTC(year, index + 1, 0)).getUTCDate();
  const name = new Date(first).toLocaleDateString('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const cells = Array(new Date(first).getUTCDay()).fill(null);
  for (let d = 0; d < days; d++) cells.push(date(first + d * dayLength));
  const weeks = [];
  for (let i = 0; i < cells.length; i += 7) weeks.push(cells.slice(i, i + 7));
  return h(
    'table',
    { class: 'month', 'data-key': name },
    h('caption', null, name),
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        weekdays.map((d) => h('th', { scope: 'col', abbr: d }, h('span', { 'aria-hidden': 'true' }, d.slice(0, 2)), hidden(d))),
      ),
    ),
    h(
      'tbody',
      null,
      weeks.map((week) =>
        h(
          'tr',
          null,
          Array.from({ length: 7 }, (_, i) => cell(week[i], byDay, today)),
        ),
      ),
    ),
  );
}

function cell(day, byDay, today) {
  if (!day) return h('td', null);
  const events = byDay.get(day) ?? [];
  return h(
    'td',
    {
      class: [events.length > 0 && 'busy', day === today && 'today'].filter(Boolean).join(' ') || null,
      title: events.map((e) => e.text).join(', ') || null,
      'aria-current': day === today && 'date',
    },
    String(Number(day.slice(8))),
    events.map((e) => [h('span', { class: `event ${e.kind}`, 'aria-hidden': 'true' }, kinds[e.kind].mark), hidden(` ${e.text}`)]),
  );
}
