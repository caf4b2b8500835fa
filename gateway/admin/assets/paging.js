// Long lists in pages.
import { button, h, hidden } from './dom.js';
import { number } from './format.js';

const size = 50; // rows of a page

// pageOf gives the rows of the page that the address names.
export function pageOf(app, rows) {
  const last = Math.max(1, Math.ceil(rows.length / size));
  const page = Math.min(last, Math.max(1, Number.parseInt(app.route.params.get('page') ?? '1', 10) || 1));
  return { rows: rows.slice((page - 1) * size, page * size), page, last, total: rows.length };
}

// pager leads to the other pages; nothing if there is one only.
export function pager({ page, last, total }) {
  if (last === 1) return null;
  const to = (n, label) => button('page', [label, hidden(' page')], { page: n }, { disabled: n < 1 || n > last });
  return h(
    'nav',
    { class: 'pager', 'aria-label': 'Pages' },
    to(page - 1, 'Previous'),
    h('span', null, `${number((page - 1) * size + 1)}–${number(Math.min(total, page * size))} of ${number(total)}`),
    to(page + 1, 'Next'),
  );
}
