// What several views ask of the data.

export const dayLength = 86_400_000;

// reports are the legacy reports by their short names.
const shortNames = {
  CsP2PAVTimeDaily: 'Daily',
  CsP2PAVTimeWeekly: 'Weekly',
  CsP2PAVTimeMonthly: 'Monthly',
  '*': 'Everything else',
};
export const reportName = (name) => shortNames[name] ?? (name || 'service root and $metadata');

export const overviewOf = (app) => app.rollout.data;
export const tenantsOf = (app) => app.tenants.data?.tenants ?? [];
export const clientsOf = (app) => overviewOf(app)?.clients ?? [];

// nowOf is the gateway's clock, which is not always the browser's.
export const nowOf = (app) => overviewOf(app)?.at ?? new Date().toISOString();

// tenantName gives the name of a tenant's id.
export function tenantName(app, id) {
  if (!id) return 'no tenant';
  return tenantsOf(app).find((t) => t.id.toLowerCase() === id.toLowerCase())?.name ?? id;
}

export const manyTenants = (app) => tenantsOf(app).length > 1 || clientsOf(app).some((c) => !c.tenant);

export const clientKey = (c) => `${c.tenant}/${c.client}`;
export const clientLink = (c) => `#client/${encodeURIComponent(c.tenant || '-')}/${encodeURIComponent(c.client)}`;

// calls is true of a client that is not on its way out.
export const calls = (c) => ['new', 'active', 'overdue'].includes(c.standing);

// unknown is true of a client that nobody answers for yet.
export const unknown = (c) => !c.owner && c.standing !== 'quiet';

// soonest orders by a time, those without one last.
export const soonest = (field) => (a, b) => when(a[field]) - when(b[field]);
const when = (at) => (at ? Date.parse(at) : Infinity);

// latest orders by a time, newest first.
export const latest = (field) => (a, b) => Date.parse(b[field] ?? 0) - Date.parse(a[field] ?? 0);

// shortfall is what of late a client asked for and did not get.
export const shortfall = ({ recent: r }) => r.refused + r.empty + r.unfinished + r.errors + r.denied + r.brownouts;

// lately says since when "of late" is.
export const lately = (app) => (overviewOf(app)?.recent_since ? `since ${overviewOf(app).recent_since.slice(0, 10)}` : 'of late');

// newestDay is the newest known day of a tenant, a UTC day or an imported one; empty without any.
export function newestDay(tenant) {
  const { last = '', saved_last = '' } = tenant.coverage;
  return saved_last > last ? saved_last : last;
}

// daysBehind is how many whole UTC days the newest known day lies before yesterday; null without one.
export function daysBehind(tenant, now) {
  const newest = newestDay(tenant);
  if (!newest) return null;
  const today = Math.floor(Date.parse(now) / dayLength);
  return Math.max(0, today - 1 - Date.parse(newest) / dayLength);
}

// holdState is expired, ending (within 30 days) or ok.
export function holdState(hold, now) {
  if (hold.expired) return 'expired';
  return Date.parse(hold.until) - Date.parse(now) < 30 * dayLength ? 'ending' : 'ok';
}

// configured says whether any phase, brownout or hold is planned at all.
export const configured = (o) =>
  o.reports.some((r) => r.scheduled !== 'observe' || r.next) || o.brownouts.length > 0 || o.holds.length > 0 || Boolean(o.sunset);

// lastBrownout is the newest that has begun; nextBrownout the first that has not.
export const lastBrownout = (o) => o.brownouts.filter((b) => b.state !== 'planned').at(-1);
export const nextBrownout = (o) => o.brownouts.find((b) => b.state === 'planned');

// stopOf is why a brownout ended ahead of its time.
export const stopOf = (o, b) => o.state.stops?.find((s) => Date.parse(s.window) === Date.parse(b.from));

// countBy counts a list by what a function says of each.
export function countBy(list, of) {
  const counts = {};
  for (const item of list) counts[of(item)] = (counts[of(item)] ?? 0) + 1;
  return counts;
}
