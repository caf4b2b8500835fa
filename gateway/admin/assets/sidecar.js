// The page of a sidecar: how it fares with its central rwsgate, asked for every few seconds.
import { get } from './api.js';
import { foreign, h } from './dom.js';

const every = 5_000; // milliseconds

const line = (text) => h('div', null, text);

const mistrust = (s) =>
  s.central_refuses_passwords
    ? 'it does not trust this sidecar and takes no password over plain HTTP: requests are refused'
    : "it does not trust this sidecar: links and client addresses are not the client's";

function reached(s) {
  return [
    line(s.away_since ? `away since ${s.away_since}` : 'reached, or not asked yet'),
    s.cause ? line(foreign(s.cause)) : null,
    s.central_mistrusts_sidecar ? line(mistrust(s)) : null,
    s.mend ? line(`mend: ${s.mend}`) : null,
  ];
}

function state(s) {
  return [
    ['Central rwsgate', [foreign(s.central), s.central_version ? ` version ${s.central_version}` : null]],
    ['State', reached(s)],
    [
      'Answers',
      `${s.answers} since the start, of them ${s.stale_answers} kept ones while the central rwsgate was away; ${s.kept_answers} kept now`,
    ],
    ['Ledger', `${s.calls_waiting} calls wait to be told, ${s.calls_lost_for_the_ledger} lost`],
  ].flatMap(([name, value]) => [h('dt', null, name), h('dd', null, value)]);
}

async function show() {
  const at = document.getElementById('state');
  try {
    const { sidecar, versions } = await get('/api/sidecar');
    at.replaceChildren(...state(sidecar));
    document.getElementById('versions').textContent = Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(' · ');
  } catch (failure) {
    at.replaceChildren(h('dt', null, 'State'), h('dd', null, failure.message));
  }
  setTimeout(show, every);
}

show();
