// fetch of Node.js, as any script uses it: every page of the daily report, and which server gave it.
//   node pages.js ROOT/
(async () => {
  const [root] = process.argv.slice(2);
  let rows = 0;
  for (let url = `${root}CsP2PAVTimeDaily?$format=json`; url;) {
    const answer = await fetch(url, { headers: { Authorization: 'Basic ' + btoa('reader@example.onmicrosoft.com:demo') } });
    if (!answer.ok || !answer.headers.get('X-Rwsgate-Answer')) throw new Error(`status ${answer.status} of ${url}`);
    const { results, __next } = (await answer.json()).d;
    rows += results.length;
    url = __next && `${__next}&$format=json`;
    if (url && !url.startsWith(root)) throw new Error(url);
  }
  console.log(rows, 'rows');
})().catch(e => {
  console.error(e.message, e.cause ? e.cause.code || e.cause.message : '');
  process.exit(1);
});
