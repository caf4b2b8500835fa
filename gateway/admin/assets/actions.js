// What buttons, fields and forms do, by the name in their data-do, data-do-input, data-do-change or data-do-submit.
import { post } from './api.js';
import { confirm } from './confirm.js';

let typing = 0;

export const actions = {
  cancel: (app, at) => at.closest('dialog').close(),

  nothing: () => {}, // of forms whose fields act by themselves

  again: async (app) => {
    await app.refresh();
    app.say(app.tenants.failure || app.rollout.failure ? 'Reading failed.' : 'Read again.');
  },

  hold: (app) => {
    app.paused = !app.paused;
    app.plan();
    app.changed();
    app.say(app.paused ? 'Updates paused.' : 'Updates go on.');
  },

  // find filters a list while somebody types, at the pace of reading.
  find: (app, field) => {
    clearTimeout(typing);
    typing = setTimeout(() => app.go({ [field.name]: field.value.trim(), page: '' }), 200);
  },

  // choose puts a field's value into the address.
  choose: (app, field) => app.go({ [field.name]: field.value.trim(), page: '' }),

  // choosePart is choose where the view must read again.
  choosePart: (app, field) => {
    app.go({ [field.name]: field.value.trim() });
    return app.reload();
  },

  page: (app, at) => {
    app.go({ page: at.dataset.page });
    document.getElementById('list')?.scrollIntoView({ block: 'start' });
    app.say(`Page ${at.dataset.page}.`);
  },

  copy: async (app, at) => {
    try {
      await navigator.clipboard.writeText(at.dataset.text);
      app.say('Copied.');
      at.classList.add('done');
      setTimeout(() => at.classList.remove('done'), 2000);
    } catch {
      getSelection().selectAllChildren(at.previousElementSibling);
      app.say('The text is selected: copy it with the keyboard.');
    }
  },

  pause: async (app) => {
    const answer = await confirm({
      title: 'Pause the rollout?',
      yes: 'Pause',
      reason: true,
      text: 'Every report and client is answered as in the phase announce at once, on every replica within 10 seconds, retired ones too. It stays so until somebody resumes.',
    });
    if (answer) await act(app, `/api/rollout/pause?reason=${encodeURIComponent(answer.reason)}`, 'The rollout is paused.');
  },

  resume: async (app) => {
    const answer = await confirm({
      title: 'Resume the rollout?',
      yes: 'Resume',
      text: 'The phases of the schedule are in force again at once: running brownouts and retired reports refuse clients.',
    });
    if (answer) await act(app, '/api/rollout/resume', 'The rollout goes on.');
  },

  fetch: async (app, at) => {
    const tenant = at.dataset.tenant;
    app.notice = { kind: 'plain', text: `Fetching ${tenant || 'every tenant'} from Graph…` };
    app.fetching = tenant;
    app.changed();
    try {
      const { outcomes } = await post(`/api/refresh?tenant=${encodeURIComponent(tenant)}`);
      const failed = outcomes.filter((o) => o.error);
      app.notice = failed.length
        ? {
            kind: 'bad',
            text: failed
              .slice(0, 3)
              .map((o) => `${o.tenant}: ${o.error}${o.mend ? ` — ${o.mend}` : ''}`)
              .join('; '),
          }
        : {
            kind: 'good',
            text: outcomes
              .map((o) => `${o.tenant}: ${o.state}, ${o.days} days read, ${o.added} added, ${o.corrected} corrected`)
              .slice(0, 3)
              .join('; '),
          };
    } catch (failure) {
      app.notice = { kind: 'bad', text: failure.message };
    }
    app.fetching = null;
    app.say(app.notice.text);
    await app.refresh();
  },

  dismiss: (app) => {
    app.notice = null;
    app.changed();
  },

  explain: (app, form) => {
    const { url, zone, tenant } = form.elements;
    app.go({ url: url.value.trim(), zone: zone.value.trim(), tenant: tenant?.value ?? '' });
    return app.reload();
  },
};

async function act(app, path, done) {
  try {
    await post(path);
    app.notice = { kind: 'good', text: done };
  } catch (failure) {
    app.notice = { kind: 'bad', text: `Nothing was changed: ${failure.message}` };
  }
  app.say(app.notice.text);
  await app.refresh();
}
