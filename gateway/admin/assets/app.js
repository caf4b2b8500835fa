// The frame of the page: which view is shown, when data is read again, what was said and done.
import { Source } from './api.js';
import { actions } from './actions.js';
import { h, morph } from './dom.js';
import { between, many } from './format.js';
import * as overview from './overview.js';
import * as clients from './clients.js';
import * as client from './client.js';
import * as minutes from './minutes.js';
import * as sources from './sources.js';
import * as rollout from './rollout.js';
import * as explain from './explain.js';

const views = { overview, clients, client, minutes, sources, rollout, explain };
const every = 30_000; // milliseconds between readings of a page that is looked at

// app is what views and actions share.
export const app = {
  tenants: new Source(),
  rollout: new Source(),
  route: { name: 'overview', rest: [], params: new URLSearchParams() },
  paused: false,
  changed: () => {}, // draws the view again
  refresh,
  reload,
  say,
  go,
};

const main = document.getElementById('main');
const alertBox = document.getElementById('alert');
let timer = 0;

// route reads what stands behind the number sign: view/part/part?name=value.
function route() {
  const [path, query = ''] = location.hash.slice(1).split('?');
  const [name, ...rest] = path.split('/').map(decoded);
  return { name: Object.hasOwn(views, name) ? name : 'overview', rest, params: new URLSearchParams(query) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// go changes the parameters of the view that is shown, without a new entry in the browser's history.
function go(params) {
  const all = app.route.params;
  for (const [name, value] of Object.entries(params)) {
    if (value) all.set(name, value);
    else all.delete(name);
  }
  const path = location.hash.slice(1).split('?')[0] || 'overview';
  history.replaceState(null, '', `#${path}${all.size ? `?${all}` : ''}`);
  draw();
}

// say tells screen readers, and nobody else, that something happened; what comes at once is said together.
const unsaid = [];
function say(text) {
  const box = document.getElementById('said');
  box.textContent = '';
  unsaid.push(text);
  setTimeout(() => {
    if (unsaid.length > 0) box.textContent = unsaid.splice(0).join(' ');
  }, 50);
}

function draw() {
  const view = views[app.route.name];
  const waiting = !app.tenants.data && !app.rollout.data && !app.tenants.failure && !app.rollout.failure;
  const wanted = h('main', null, waiting ? h('p', { class: 'empty' }, 'Reading from the gateway…') : view.render(app));
  const focus = document.activeElement;
  morph(main, wanted);
  if (focus !== document.activeElement && main.contains(focus)) focus.focus({ preventScroll: true }); // its row has moved
  document.title = `${view.title(app)} · rwsgate`;
  for (const link of document.querySelectorAll('#views a')) {
    const here = link.hash === `#${view.parent ?? app.route.name}`;
    if (here) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  drawFrame();
  if (!waiting) view.after?.(app, main);
}

// drawFrame shows how old the data is, and what went wrong with reading it.
function drawFrame() {
  const read = [app.tenants, app.rollout];
  const failed = read.find((s) => s.failure)?.failure;
  const oldest = Math.min(...read.map((s) => s.at || Infinity));
  const since = Number.isFinite(oldest) ? between(oldest, Date.now()) : '';
  morph(
    document.getElementById('freshness'),
    h(
      'div',
      null,
      h(
        'span',
        { class: failed ? 'stale' : 'note' },
        failed ? (since ? `Read ${since}` : 'Not read') : app.paused ? `Updates paused, read ${since}` : since && `Read ${since}`,
      ),
      h('button', { type: 'button', 'data-do': 'again' }, 'Read now'),
      h('button', { type: 'button', 'data-do': 'hold', 'aria-pressed': String(app.paused) }, 'Pause updates'),
    ),
  );
  // The alert does not name the age, which grows: screen readers hear it once.
  const trouble =
    failed && `${sentence(failed.message)} ${since ? 'What is shown is what was read last.' : 'There is nothing to show yet.'}`;
  morph(alertBox, h('div', null, trouble && h('p', null, h('span', { 'aria-hidden': 'true' }, '✕ '), trouble)));
  const versions = app.tenants.data?.versions;
  document.getElementById('versions').textContent = versions
    ? `rwsgate ${versions.rwsgate} · ${versions.go} · Graph SDK ${versions.sdk} · zone data ${versions.tzdata}`
    : '';
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;

// reload reads what the view alone shows, and draws it.
async function reload() {
  const reading = views[app.route.name].load?.(app);
  draw();
  await reading;
  draw();
}

// refresh reads everything again and draws it.
async function refresh() {
  clearTimeout(timer);
  const before = app.rollout.data?.clients?.length;
  await Promise.all([
    app.tenants.read('/api/tenants'),
    app.rollout.read('/api/rollout'),
    views[app.route.name].load?.(app, true),
  ]);
  const found = app.rollout.data?.clients?.length;
  if (before !== undefined && found > before) say(`${many(found - before, 'new client')}.`);
  draw();
  plan();
}

// plan reads again after a while, unless updates are paused or nobody looks. A slow gateway is asked less often.
function plan() {
  clearTimeout(timer);
  if (app.paused || document.hidden) return;
  timer = setTimeout(refresh, Math.max(every, 20 * Math.max(app.tenants.took, app.rollout.took)));
}

app.changed = draw;
app.plan = plan;

document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(timer);
  else if (!app.paused && Date.now() - app.rollout.at > every) refresh();
  else plan();
});

// A chart takes its colours when it is drawn.
for (const scheme of ['(prefers-color-scheme: dark)', '(forced-colors: active)'])
  matchMedia(scheme).addEventListener('change', draw);

for (const kind of ['click', 'input', 'change', 'submit']) {
  document.addEventListener(kind, (event) => {
    const from = event.target.closest(`[data-do${kind === 'click' ? '' : `-${kind}`}]`);
    const name = from?.dataset[kind === 'click' ? 'do' : `do${kind[0].toUpperCase()}${kind.slice(1)}`];
    if (!name) return;
    if (kind === 'submit') event.preventDefault();
    actions[name](app, from);
  });
}

window.addEventListener('hashchange', async () => {
  if (location.hash === '#main') return; // the link that skips to the content
  const before = app.route.name + app.route.rest;
  app.route = route();
  draw();
  if (before !== app.route.name + app.route.rest) {
    window.scrollTo(0, 0);
    main.querySelector('h1')?.focus();
  }
  await reload();
});

app.route = route();
draw();
refresh();
setInterval(drawFrame, 5000);
