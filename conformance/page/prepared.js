// A store as it is after four weeks of a rollout: the real program is run at one date after the other on one file, and
// asked by clients that differ in name, agent and habits.
import { writeFile } from 'node:fs/promises';
import { ask, start } from './gateway.js';

export const now = '2026-11-23T12:00:00Z';
export const daily = { user: 'reader@example.onmicrosoft.com', agent: 'python-requests/2.31.0', zone: 'Pacific Standard Time' };
export const excel = {
  user: 'finance@example.onmicrosoft.com',
  agent: 'Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)',
};
export const sleeper = { user: 'archive@example.onmicrosoft.com', agent: 'curl/8.5.0' };
export const dashboard = { user: 'dashboard@example.onmicrosoft.com', agent: 'Microsoft.PowerBI/2.1' };
export const held = { user: 'etl@example.onmicrosoft.com', agent: 'O365RWSClient/1.2', zone: 'W. Europe Standard Time' };
export const stranger = { user: 'nobody@example.onmicrosoft.com', agent: 'Wget/1.21' };
export const pilot = { user: 'pilot@example.onmicrosoft.com', agent: 'okhttp/4.12.0' };
export const hostile = {
  user: '"><img src=x onerror=alert(1)>@example.onmicrosoft.com',
  agent: '<script>alert(document.domain)</script>/1.0',
};

const plan = `
ledger: { identity: full }
rollout:
  sunset: 2027-06-30
  reports:
    "*": [ { from: 2026-11-02, phase: announce }, { from: 2026-11-09, phase: brownout }, { from: 2027-06-30, phase: retired } ]
  brownouts:
    - { from: 2026-11-11T09:00, duration: 3h, zone: Europe/Berlin }
    - { from: 2026-11-16T09:00, duration: 3h, zone: Europe/Berlin }
    - { from: 2026-12-07T09:00, duration: 12h, zone: Europe/Berlin }
    - { from: 2027-01-18T00:00, duration: 24h, zone: America/Los_Angeles }
  clients:
    - { match: { principal: "etl@*" }, owner: Data platform, reason: moves to Graph in March, until: 2026-12-15, phase: announce }
    - { match: { principal: "archive@*" }, owner: Records office, reason: was to be gone by now, until: 2026-11-20, phase: announce }
    - { match: { principal: "reader@*" }, owner: Service desk }
    - { match: { principal: "finance@*" }, owner: Finance }
    - { match: { principal: "dashboard@*" }, owner: Sales }
`;

const report = (name, query = '') => `CsP2PAVTime${name}?$format=Json${query}`;
const newest = report('Daily', '&$orderby=Date desc&$top=10&$select=Date,TotalAudioMinutes,TotalVideoMinutes');
const yesterday = (day) => report('Daily', `&$filter=Date ge datetime'${day}T00:00:00'`);

// workdays from the 26th of October on, each at 06:00 UTC.
const workdays = (from, until) => {
  const days = [];
  for (let at = Date.parse(from); at <= Date.parse(until); at += 86_400_000) {
    if (![0, 6].includes(new Date(at).getUTCDay())) days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
};

// calls are what happens: at a time, who asks what.
function calls(newcomer) {
  const all = [];
  for (const day of workdays('2026-10-26', '2026-11-23')) {
    const today = [
      [daily, newest],
      [daily, report('Weekly')],
    ];
    if (new Date(day).getUTCDay() === 1 && day < '2026-11-23') today.push([excel, 'CsP2PAVTimeMonthly'], [excel, '$metadata']);
    if (day < '2026-11-16') today.push([dashboard, report('Weekly')]);
    if (day < '2026-11-09') today.push([sleeper, yesterday(day)]);
    if (['2026-10-26', '2026-11-02', '2026-11-09', '2026-11-16', '2026-11-23'].includes(day))
      today.push([held, newest], [held, report('Daily', "&$filter=Date ge datetime'03/10/2013'")], [held, 'MailTraffic?$top=1']);
    all.push([`${day}T06:00:00Z`, today]);
  }
  all.push([
    '2026-11-11T08:30:00Z',
    [
      [daily, newest],
      [stranger, 'CsP2PAVTimeDaily'],
    ],
  ]); // the stranger stops the window
  all.push([
    '2026-11-16T08:30:00Z',
    [
      [daily, newest],
      [excel, 'CsP2PAVTimeMonthly'],
      [dashboard, report('Weekly')],
      [held, newest],
    ],
  ]);
  all.push(['2026-11-16T10:00:00Z', [[daily, newest]]]);
  all.push(['2026-11-16T12:00:00Z', [[daily, newest]]]); // excel and the dashboard stay away
  all.push([
    '2026-11-22T12:00:00Z',
    [
      [newcomer, newest],
      [newcomer, report('Daily', "&$filter=TenantName eq '<svg onload=alert(2)>'")],
    ],
  ]);
  return all.sort(([a], [b]) => a.localeCompare(b));
}

// prepare makes the store in a folder and gives the flags to serve it. The newcomer is hostile unless told otherwise.
export async function prepare(program, folder, newcomer = hostile) {
  const file = `${folder}/rollout.yaml`;
  await writeFile(file, plan);
  const flags = ['--config', file, '--store', `sqlite:${folder}/page.db`];
  const statuses = {};
  for (const [at, today] of calls(newcomer)) {
    const gateway = await start(program, [...flags, '--now', at]);
    for (const [client, query] of today) {
      const status = await ask(gateway, client, query);
      (statuses[at] ??= []).push(status);
    }
    await gateway.stop();
  }
  return { flags: [...flags, '--now', now], statuses };
}
