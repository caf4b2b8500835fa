// datajs 1.0.3 in jsdom against a gateway whose rollout goes on.
//   node ended.js ROOT/ announce|brownout|retired      (modules by NODE_PATH or in node_modules beside this file)
const assert = require('assert').strict;
const fs = require('fs');
const { JSDOM } = require('jsdom');
const { group, finish } = require('./checks');

const [root, mode] = process.argv.slice(2);
const served = mode === 'announce', status = { announce: 200, brownout: 503, retired: 410 }[mode];
const code = mode === 'retired' ? 'ServiceDeprecatedRetired' : 'ServiceDeprecatedBrownout';
const says = mode === 'retired' ? 'is retired' : 'until 2026-11-23 21:00 +00:00 (UTC)';
const link = 'https://learn.microsoft.com/graph/api/reportroot-getskypeforbusinesspeertopeeractivityminutecounts';

const dom = new JSDOM('<!doctype html><html></html>', { url: root, runScripts: 'outside-only', virtualConsole: new (require('jsdom').VirtualConsole)() });
dom.window.eval(fs.readFileSync(require.resolve('datajs/lib/datajs.js'), 'utf8'));
const { OData } = dom.window;

// What the client makes of an answer: its data, or its own error, and the response.
function read(path, headers = {}, handler) {
  return new Promise(resolve => OData.read({ requestUri: root + path, user: 'reader@example.onmicrosoft.com', password: 'demo', headers },
    (data, response) => resolve({ data, response }), error => resolve({ error, response: error.response }), handler));
}

const header = (response, name) => response.headers[Object.keys(response.headers).find(k => k.toLowerCase() === name.toLowerCase())];

// The code and message of an error document in whatever format.
function said(body) {
  if (body[0] === '{') {
    const { error, 'odata.error': light } = JSON.parse(body);
    return [(error || light).code, (error || light).message.value];
  }
  const document = new dom.window.DOMParser().parseFromString(body, 'application/xml');
  assert.equal(document.documentElement.nodeName, 'm:error');
  return ['code', 'message'].map(name => document.documentElement.getElementsByTagName('m:' + name)[0].textContent);
}

async function check(path, headers, handler) {
  const { data, error, response } = await read(path, headers, handler);
  assert.equal(Number(response.statusCode), status);
  assert.equal(header(response, 'Deprecation'), '@1517184000');
  assert.equal(new Date(header(response, 'Sunset')).toISOString(), '2027-06-30T00:00:00.000Z');
  assert.ok(header(response, 'Link').includes(`<${link}>; rel="successor-version"`));
  if (served) return void assert.ok(data && !error);
  assert.match(error.message, /HTTP request failed/);
  assert.equal(header(response, 'Retry-After'), mode === 'retired' ? undefined : '75600');
  const [got, message] = said(response.body);
  assert.equal(got, code);
  assert.ok(message.includes(says) && message.includes(link), message);
}

async function main() {
  for (const report of ['CsP2PAVTimeDaily', 'CsP2PAVTimeWeekly', 'CsP2PAVTimeMonthly']) {
    await group(`datajs, its own Accept, ${report}`, () => check(report));
    await group(`datajs, Atom, ${report}`, () => check(report, { Accept: 'application/atom+xml' }));
    await group(`datajs, $format=json, ${report}`, () => check(report + '?$format=json'));
  }
  await group('datajs, service document', () => check(''));
  await group('datajs, $metadata', () => check('$metadata', undefined, OData.metadataHandler));
}

main().catch(e => group('the run itself', () => { throw e; })).then(finish);
