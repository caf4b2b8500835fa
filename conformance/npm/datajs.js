// datajs 1.0.3, Microsoft's OData 1-3 client for browsers, in jsdom against a running gateway.
//   node datajs.js ROOT/ open|password      (modules by NODE_PATH or in node_modules beside this file)
const assert = require('assert').strict;
const fs = require('fs');
const { JSDOM } = require('jsdom');
const { group, finish } = require('./checks');

const [root, mode] = process.argv.slice(2);
const user = 'reader@example.onmicrosoft.com', password = 'demo', pageSize = 50;
const reports = ['CsP2PAVTimeDaily', 'CsP2PAVTimeWeekly', 'CsP2PAVTimeMonthly'];
const verbose = /^application\/json;odata=verbose;charset=utf-8$/, feed = /^application\/atom\+xml;type=feed;charset=utf-8$/;

const dom = new JSDOM('<!doctype html><html></html>', { url: root, runScripts: 'outside-only', virtualConsole: new (require('jsdom').VirtualConsole)() });
dom.window.eval(fs.readFileSync(require.resolve('datajs/lib/datajs.js'), 'utf8'));
const { OData } = dom.window;

// Reads through the client: its data, and the response it made them of.
function read(path, options = {}) {
  const { handler, metadata, ...request } = options;
  return new Promise((resolve, reject) => {
    OData.read({ requestUri: path.startsWith('http') ? path : root + path, user, password, ...request },
      (data, response) => resolve({ data, response }), reject, handler, undefined, metadata);
  });
}

// The client's error of a request that must fail.
async function refused(path, options) {
  try {
    await read(path, options);
  } catch (e) {
    return e;
  }
  throw new Error('answered: ' + path);
}

const header = (response, name) => response.headers[Object.keys(response.headers).find(k => k.toLowerCase() === name.toLowerCase())];
const atom = { headers: { Accept: 'application/atom+xml' } };

// The rows by another path: fetch and JSON.parse, page after page, of $format=json.
async function truth(report, headers = {}) {
  const rows = [];
  for (let url = `${root}${report}?$format=json`; url;) {
    const answer = await fetch(url, { headers: { Authorization: 'Basic ' + btoa(`${user}:${password}`), ...headers } });
    assert.equal(answer.status, 200);
    const { results, __next } = (await answer.json()).d;
    rows.push(...results.map(r => plain({ ...r, Date: new Date(Number(/^\/Date\((-?\d+)\)\/$/.exec(r.Date)[1])) })));
    url = __next && __next + '&$format=json';
  }
  return rows;
}

// A row as strings, with the date in ISO form, whatever the parser made of it.
function plain(r) {
  const date = r.Date instanceof Date || Object.prototype.toString.call(r.Date) === '[object Date]' ? r.Date : assert.fail('Date is no date: ' + r.Date);
  const { ID, TenantGuid, TenantName, TotalAudioMinutes, TotalVideoMinutes } = r;
  const values = { ID, TenantGuid, TenantName, TotalAudioMinutes, TotalVideoMinutes };
  return { Date: date.toISOString(), ...Object.fromEntries(Object.entries(values).map(([k, v]) => [k, v === undefined || v === null ? v : String(v)])) };
}

async function pages(path, options) {
  const rows = [];
  let n = 0;
  for (let next = path; next; n++) {
    const { data } = await read(next, options);
    rows.push(...data.results);
    next = data.__next;
  }
  return { rows, n };
}

async function main() {
  const daily = await truth('CsP2PAVTimeDaily');
  const newest = daily.slice().reverse().slice(0, 10);
  const tenth = 'CsP2PAVTimeDaily?$orderby=Date desc&$top=10&$inlinecount=allpages';
  let metadata;

  await group('rows to compare with', () => assert.ok(daily.length > 3 * pageSize && daily[0].Date < newest[0].Date));

  await group('$metadata', async () => {
    const answer = await read('$metadata', { handler: OData.metadataHandler });
    metadata = answer.data;
    const schema = metadata.dataServices.schema[0];
    assert.equal(schema.namespace, 'TenantReporting');
    assert.deepEqual(Array.from(schema.entityType, t => t.name), ['CsP2PAVTimeReport']);
    assert.deepEqual(Array.from(schema.entityType[0].property, p => `${p.name} ${p.type} ${p.nullable}`),
      ['ID Edm.Int64 false', 'Date Edm.DateTime false', 'TenantGuid Edm.Guid false', 'TenantName Edm.String undefined', 'TotalAudioMinutes Edm.Int64 false', 'TotalVideoMinutes Edm.Int64 false']);
    assert.equal(schema.entityType[0].key.propertyRef[0].name, 'Date');
    assert.deepEqual(Array.from(schema.entityContainer[0].entitySet, s => s.name), reports);
  });

  await group('Atom', async () => {
    const { data, response } = await read(tenth, atom);
    assert.match(header(response, 'Content-Type'), feed);
    assert.equal(header(response, 'DataServiceVersion'), '2.0;');
    assert.deepEqual(Array.from(data.results, plain), newest);
    assert.equal(Number(data.__count), daily.length);
    assert.equal(data.results[0].__metadata.type, 'TenantReporting.CsP2PAVTimeReport');
    assert.match(data.results[0].__metadata.uri, /^http.*\/ecp\/ReportingWebService\/Reporting\.svc\/CsP2PAVTimeDaily\(datetime'/);
  });

  await group('Atom with the model', async () => {
    const { data } = await read(tenth, { ...atom, metadata });
    assert.deepEqual(Array.from(data.results, plain), newest);
  });

  await group('JSON by $format, dates recognised', async () => {
    OData.jsonHandler.recognizeDates = true;
    const { data, response } = await read(tenth + '&$format=Json');
    assert.match(header(response, 'Content-Type'), verbose);
    assert.deepEqual(Array.from(data.results, plain), newest);
    assert.equal(data.__count, String(daily.length));
  });

  await group('JSON by Accept, with the model', async () => {
    const { data, response } = await read(tenth, { headers: { Accept: 'application/json' }, metadata });
    assert.match(header(response, 'Content-Type'), verbose);
    assert.deepEqual(Array.from(data.results, plain), newest);
  });

  await group('the client\'s own Accept', async () => {
    const { data, response } = await read(tenth);
    assert.match(header(response, 'Content-Type'), verbose);
    assert.deepEqual(Array.from(data.results, plain), newest);
  });

  await group('$top within a page: d is a list', async () => {
    const { data, response } = await read('CsP2PAVTimeDaily?$top=3');
    assert.equal(header(response, 'DataServiceVersion'), '1.0;');
    assert.deepEqual(Array.from(data.results, plain), daily.slice(0, 3));
    assert.equal(data.__next, undefined);
  });

  await group('every page of every report, JSON and Atom', async () => {
    for (const report of reports) {
      const want = await truth(report);
      for (const options of [{}, atom]) {
        const { rows, n } = await pages(report, options);
        assert.deepEqual(rows.map(plain), want, report);
        assert.equal(n, Math.ceil(want.length / pageSize));
        assert.equal(new Set(rows.map(r => r.__metadata.uri)).size, want.length);
      }
    }
  });

  await group('pages under a filter and an order', async () => {
    const { rows } = await pages("CsP2PAVTimeDaily?$filter=TotalAudioMinutes gt 500&$orderby=TotalAudioMinutes desc&$select=Date,TotalAudioMinutes");
    const want = daily.filter(r => Number(r.TotalAudioMinutes) > 500).sort((a, b) => b.TotalAudioMinutes - a.TotalAudioMinutes || (a.Date < b.Date ? -1 : 1));
    assert.ok(want.length > pageSize);
    assert.deepEqual(rows.map(r => r.Date.toISOString() + ' ' + r.TotalAudioMinutes), want.map(r => r.Date + ' ' + r.TotalAudioMinutes));
    assert.ok(rows.every(r => !('TotalVideoMinutes' in r)));
  });

  await group('service document', async () => {
    for (const Accept of ['application/atomsvc+xml,application/xml', 'application/json', undefined]) {
      const { data } = await read('', Accept ? { headers: { Accept } } : {});
      const names = data.EntitySets || data.workspaces[0].collections.map(c => c.title);
      assert.deepEqual(Array.from(names), reports);
    }
  });

  await group('entry', async () => {
    for (const options of [{}, atom]) {
      const { data } = await read("CsP2PAVTimeDaily(datetime'" + daily[42].Date.slice(0, 19) + "')", options);
      assert.deepEqual(plain(data), daily[42]);
    }
  });

  await group('property', async () => {
    const { data } = await read("CsP2PAVTimeDaily(datetime'" + daily[42].Date.slice(0, 19) + "')/TotalAudioMinutes");
    assert.equal(data.TotalAudioMinutes, daily[42].TotalAudioMinutes);
  });

  await group('zone', async () => {
    const headers = { 'X-timezone': 'Pacific Standard Time' };
    const { data } = await read('CsP2PAVTimeWeekly', { headers });
    const want = await truth('CsP2PAVTimeWeekly', headers);
    assert.deepEqual(Array.from(data.results, plain), want);
    assert.ok(want.every(r => new Date(r.Date).getUTCDay() === 6 && r.Date.endsWith('T00:00:00.000Z')));
    assert.notDeepEqual(want, await truth('CsP2PAVTimeWeekly'));
  });

  await group('errors', async () => {
    const json = { headers: { Accept: 'application/json;odata=verbose' } };
    const missing = await refused('CsP2PAVTimeDialy', json);
    assert.equal(missing.response.statusCode, 404);
    assert.equal(JSON.parse(missing.response.body).error.message.value, "Resource not found for the segment 'CsP2PAVTimeDialy'.");
    const filter = await refused('CsP2PAVTimeDaily?$filter=Nope eq 1');
    assert.equal(filter.response.statusCode, 400);
    assert.match(filter.response.body, /Could not find a property named 'Nope' on type 'TenantReporting.CsP2PAVTimeReport'\./);
    const version = await refused('CsP2PAVTimeDaily?$select=Date', { headers: { DataServiceVersion: '1.0' } });
    assert.match(version.response.body, /The DataServiceVersion '1\.0' is too low for the request\. The lowest supported version is '2\.0'\./);
    assert.equal((await refused("CsP2PAVTimeDaily(datetime'1999-01-01')")).response.statusCode, 404);
  });

  await group('passwords', async () => {
    if (mode === 'open') return void assert.equal((await read('', { user: undefined, password: undefined })).response.statusCode, 200);
    assert.equal((await refused('', { user: undefined, password: undefined })).response.statusCode, 401);
    // The browser offers the password after a Basic challenge only: that the groups above had rows shows the challenge.
    assert.equal((await read('')).response.statusCode, 200);
  });
}

main().catch(e => group('the run itself', () => { throw e; })).then(finish);
