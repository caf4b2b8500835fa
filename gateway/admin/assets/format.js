// How numbers, times and states are written.
import { h, hidden } from './dom.js';

const counts = new Intl.NumberFormat('en');
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

export const number = (n) => counts.format(n ?? 0);

// many writes a count with its noun: 1 client, 2 clients.
export const many = (n, one, more = `${one}s`) => `${number(n)} ${n === 1 ? one : more}`;

// moment writes a time to the minute, in UTC.
export const moment = (at) => `${iso(at).slice(0, 10)} ${iso(at).slice(11, 16)} UTC`;

export const date = (at) => iso(at).slice(0, 10);

const iso = (at) => new Date(at).toISOString();

const steps = [
  ['year', 31536000],
  ['month', 2592000],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

// between writes how far a time is from now: 3 hours ago, in 2 days.
export function between(at, now) {
  const seconds = (new Date(at) - new Date(now)) / 1000;
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return seconds <= 0 ? 'just now' : 'within a minute';
}

// time is an instant with its distance from now; nothing if there is none.
export function time(at, now, { withAge = true } = {}) {
  if (!at) return null;
  const text = h('time', { datetime: at }, moment(at));
  return withAge && now ? [text, h('span', { class: 'note' }, ` ${between(at, now)}`)] : text;
}

// age is a distance from now with the instant behind it.
export const age = (at, now) => at && h('time', { datetime: at, title: moment(at) }, between(at, now), hidden(`, ${moment(at)}`));

// local writes an instant by the clock of a zone, or in UTC if the browser does not know the zone.
export function local(at, zone) {
  try {
    const parts = Object.fromEntries(
      new Intl.DateTimeFormat('en', {
        timeZone: zone,
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      })
        .formatToParts(new Date(at))
        .map((p) => [p.type, p.value]),
    );
    return { date: `${parts.year}-${parts.month}-${parts.day}`, clock: `${parts.hour}:${parts.minute}`, zone };
  } catch {
    return { date: date(at), clock: iso(at).slice(11, 16), zone: 'UTC' };
  }
}

// span writes how long a window is: 3 h, 90 min.
export function span(from, until) {
  const minutes = Math.round((new Date(until) - new Date(from)) / 60000);
  return minutes % 60 ? `${number(minutes)} min` : `${number(minutes / 60)} h`;
}

const marks = {
  good: '●',
  new: '+',
  warn: '▲',
  bad: '✕',
  quiet: '○',
  done: '✓',
  plain: '■',
};

// A phase has a mark of its own, that fills as the end comes nearer.
const phases = { observe: '○', announce: '◔', brownout: '◑', retired: '●' };

const kinds = {
  new: 'new',
  active: 'good',
  overdue: 'warn',
  quiet: 'quiet',
  retirable: 'done',
  observe: 'plain',
  announce: 'new',
  brownout: 'warn',
  retired: 'done',
  planned: 'plain',
  running: 'warn',
  stopped: 'bad',
  interrupted: 'warn',
  paused: 'quiet',
  over: 'done',
  live: 'good',
  zeros: 'warn',
  'header-only': 'warn',
  refused: 'bad',
  'unknown-tenant': 'bad',
  unreachable: 'bad',
  gone: 'bad',
  unknown: 'quiet',
  complete: 'good',
  unfinished: 'warn',
  partial: 'warn',
  soon: 'warn',
  ok: 'good',
  expired: 'bad',
  ending: 'warn',
  'failed and stayed away': 'done',
  'failed and retried until served': 'warn',
  failed: 'warn',
  'called and was served': 'plain',
  'never called': 'quiet',
};

// chip is a state as a word with a mark: colour is never alone.
export function chip(state, label = state) {
  const kind = kinds[state] ?? 'plain';
  return h(
    'span',
    { class: `chip ${kind}${label.length > 16 ? ' long' : ''}` },
    h('span', { 'aria-hidden': 'true' }, phases[state] ?? marks[kind]),
    ` ${label}`,
  );
}
