// What an operator should look at first, worst at the top.
import { foreign, h } from './dom.js';
import { between, date, many } from './format.js';
import { clientLink, clientsOf, dayLength, daysBehind, newestDay, nowOf, overviewOf, stopOf, tenantsOf, unknown } from './model.js';

const soon = 30 * dayLength; // how long ahead an end is worth a word
const late = 9; // days that Graph's data has been known to be behind

// attention gives what is wrong or will be: {kind: bad|warn|new, text, link}.
export function attention(app) {
  const found = [...ofTenants(app), ...ofEnds(app)];
  const o = overviewOf(app);
  if (o) found.push(...ofRollout(o), ...ofClients(app));
  const order = { bad: 0, warn: 1, new: 2 };
  return found.sort((a, b) => order[a.kind] - order[b.kind]);
}

const troubles = {
  refused: 'bad',
  'unknown-tenant': 'bad',
  unreachable: 'bad',
  gone: 'bad',
  zeros: 'warn',
  'header-only': 'warn',
};

function ofTenants(app) {
  const found = [];
  const tenants = tenantsOf(app);
  if (app.tenants.data && tenants.length === 0)
    found.push({ kind: 'bad', text: 'No tenant is configured: nobody can be answered.', link: '#sources' });
  for (const t of tenants) {
    const { state, reason, since, mend } = t.source;
    const behind = daysBehind(t, nowOf(app));
    if (troubles[state]) {
      found.push({
        kind: troubles[state],
        link: '#sources',
        text: [
          foreign(t.name),
          `: source ${state}${since ? ` since ${since}` : ''}. ${reason ?? ''}${mend ? ` Mend: ${mend}.` : ''}`,
        ],
      });
    } else if (behind !== null && behind > late) {
      found.push({
        kind: 'warn',
        link: '#sources',
        text: [foreign(t.name), `: known through ${newestDay(t)}, ${behind} days behind.`],
      });
    }
  }
  return found;
}

function ofEnds(app) {
  return (app.tenants.data?.expiries ?? [])
    .filter((e) => e.state !== 'ok')
    .map((e) => ({
      kind: e.state === 'over' ? 'bad' : 'warn',
      link: '#sources',
      text: [
        e.tenant ? [foreign(e.tenant), ': '] : '',
        `the ${e.what} ${e.state === 'over' ? 'ended' : 'ends'} ${between(e.at, nowOf(app))}, on ${date(e.at)}. Mend: ${e.mend}.`,
      ],
    }));
}

function ofRollout(o) {
  const found = [];
  for (const hold of o.holds) {
    const left = Date.parse(hold.until) - Date.parse(o.at);
    const what = ['hold for ', foreign(hold.owner || hold.name)];
    if (hold.expired)
      found.push({
        kind: 'bad',
        link: '#rollout',
        text: ['The ', what, ` ended on ${date(hold.until)}: agree on what comes next, or remove it.`],
      });
    else if (left < soon)
      found.push({
        kind: 'warn',
        link: '#rollout',
        text: ['The ', what, ` ends ${between(hold.until, o.at)}, on ${date(hold.until)}.`],
      });
  }
  for (const b of o.brownouts.filter((x) => x.state === 'stopped').slice(-1)) {
    const stop = stopOf(o, b);
    found.push({
      kind: 'warn',
      link: '#rollout',
      text: [
        `The brownout of ${date(b.from)} was stopped`,
        stop ? [': it hit ', foreign(stop.client), ', which had never called before.'] : '.',
      ],
    });
  }
  for (const b of o.brownouts.filter((x) => x.state === 'running')) {
    found.push({ kind: 'warn', link: '#rollout', text: `A brownout is running; it ends ${between(b.until, o.at)}.` });
  }
  return found;
}

function ofClients(app) {
  const all = clientsOf(app);
  const found = all
    .filter((c) => c.only_uncovered)
    .map((c) => ({
      kind: 'warn',
      link: clientLink(c),
      text: [
        foreign(c.name),
        ' asks only for days that are not known yet, so it gets nothing for good',
        c.suggested_delay ? `: give it date_delay: ${c.suggested_delay}d.` : ': give it a date_delay.',
      ],
    }));
  const fresh = all.filter((c) => c.standing === 'new').length,
    strange = all.filter(unknown).length;
  if (fresh)
    found.push({ kind: 'new', link: '#clients?standing=new', text: `${many(fresh, 'client')} first seen within the last week.` });
  if (strange) found.push({ kind: 'new', link: '#clients?owner=none', text: `${many(strange, 'client')} without an owner.` });
  return found;
}

const places = { sources: 'Sources', rollout: 'Rollout', clients: 'Clients', client: 'This client' };
const place = (link) => places[/^#(\w+)/.exec(link)[1]];

// attentionList shows the first of them.
export function attentionList(found, most = 8) {
  if (found.length === 0)
    return h('p', { class: 'fine' }, h('span', { 'aria-hidden': 'true' }, '✓ '), 'Nothing needs attention.');
  const mark = { bad: '✕', warn: '▲', new: '+' },
    word = { bad: 'Fault: ', warn: 'Warning: ', new: 'News: ' };
  return [
    h(
      'ul',
      { class: 'attention' },
      found
        .slice(0, most)
        .map((f) =>
          h(
            'li',
            { class: f.kind },
            h('span', { class: 'mark', 'aria-hidden': 'true' }, mark[f.kind]),
            h('span', null, h('span', { class: 'hidden' }, word[f.kind]), f.text, ' ', h('a', { href: f.link }, place(f.link))),
          ),
        ),
    ),
    found.length > most && h('p', { class: 'note' }, `and ${found.length - most} more`),
  ];
}
