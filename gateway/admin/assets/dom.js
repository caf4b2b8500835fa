// Elements are made of text and attributes only: what the API says can never become markup.

// h makes an element. Attributes that are null or false are left out; children are nodes, text, numbers, or lists of them.
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...flat(children));
  return element;
}

function flat(children) {
  return children
    .flat(Infinity)
    .filter((c) => c !== null && c !== undefined && c !== false)
    .map((c) => (c instanceof Node ? c : String(c)));
}

// foreign marks text that a client or a tenant chose: its direction stays its own.
export const foreign = (text) => h('bdi', null, text);

// hidden is text for screen readers.
export const hidden = (text) => h('span', { class: 'hidden' }, text);

// morph makes the children of one element like those of another, changing only what differs: focus, selection, scroll
// position, what is typed and what is unfolded stay. An element with data-keep is left alone once it is there.
export function morph(now, wanted) {
  const kept = new Map();
  for (const child of now.children) {
    if (keyOf(child)) kept.set(keyOf(child), child);
  }
  let at = now.firstChild;
  for (const child of [...wanted.childNodes]) {
    const key = keyOf(child);
    const match = key ? kept.get(key) : at;
    if (!match || !alike(match, child)) {
      now.insertBefore(child, at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else now.insertBefore(match, at);
    update(match, child);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset.key : '');
const alike = (a, b) => a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

function update(node, wanted) {
  if (node.nodeType !== Node.ELEMENT_NODE) {
    if (node.data !== wanted.data) node.data = wanted.data;
    return;
  }
  if (node.hasAttribute('data-keep')) return;
  for (const { name } of [...node.attributes]) {
    if (!wanted.hasAttribute(name) && !ofTheUser(node, name)) node.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (node.getAttribute(name) !== value && !ofTheUser(node, name)) node.setAttribute(name, value);
  }
  morph(node, wanted);
}

// ofTheUser says whether an attribute shows what the user did.
const ofTheUser = (node, name) => name === 'open' && node.nodeName === 'DETAILS';

// table makes a table. Columns are {label, cell: row => children, head, number}; the head column names the row. On a
// narrow screen rows become cards, with roles that keep it a table for screen readers; those of a slim table fit as they
// are.
export function table({ caption, columns, rows, key, note, quiet, slim }) {
  const head = h(
    'tr',
    { role: 'row' },
    columns.map((c) => h('th', { role: 'columnheader', scope: 'col', class: c.number && 'number' }, c.label)),
  );
  const line = (row, i) =>
    h(
      'tr',
      { role: 'row', 'data-key': key ? key(row) : `row-${i}` },
      columns.map((c) =>
        c.head
          ? h('th', { role: 'rowheader', scope: 'row', 'data-label': c.label }, c.cell(row))
          : h('td', { role: 'cell', 'data-label': c.label, class: c.number && 'number' }, h('div', null, c.cell(row))),
      ),
    );
  return h(
    'table',
    { role: 'table', class: !slim && 'stack' },
    h('caption', { class: quiet && 'hidden' }, caption, note && h('span', { class: 'note' }, ' ', note)),
    h('thead', { role: 'rowgroup' }, head),
    h('tbody', { role: 'rowgroup' }, rows.map(line)),
  );
}

// facts makes a list of terms and what is known of them; those without a value are left out.
export function facts(pairs) {
  return h(
    'dl',
    { class: 'facts' },
    pairs
      .filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
      .map(([term, value]) => h('div', null, h('dt', null, term), h('dd', null, value))),
  );
}

// card is a part of a view with a heading of its own.
export function card(id, title, ...children) {
  return h('section', { class: 'card', id, 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title` }, title), children);
}

// empty says why there is nothing.
export const empty = (...children) => h('p', { class: 'empty' }, children);

// button is one that app.js finds an action for; data is what the action needs to know.
export function button(action, label, data = {}, more = {}) {
  const attributes = { type: 'button', 'data-do': action, ...more };
  for (const [name, value] of Object.entries(data)) attributes[`data-${name}`] = value;
  return h('button', attributes, label);
}

// code is text to copy, with a button that does.
export function code(text, what) {
  return h(
    'div',
    { class: 'code' },
    h('pre', { tabindex: '0', role: 'group', 'aria-label': what }, h('code', null, foreign(text))),
    button('copy', ['Copy', hidden(` ${what}`)], { text }),
  );
}

// cut gives the first rows of a list, and how many were left out.
export const cut = (rows, most) => ({ rows: rows.slice(0, most), left: Math.max(0, rows.length - most) });
