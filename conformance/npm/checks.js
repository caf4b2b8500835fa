// Runs groups of assertions, prints one line for each and counts how they end.
const counts = { passed: 0, failed: 0 };

async function group(name, body) {
  try {
    await body();
    counts.passed++;
    console.log('ok    ' + name);
  } catch (e) {
    counts.failed++;
    console.log('FAIL  ' + name + ': ' + (e.message || e).split('\n').join(' '));
  }
}

function finish() {
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
}

module.exports = { group, finish };
