// Draws minutes with Chart.js, which is loaded when a chart is first shown.

const dayLength = 86_400_000;
let loading = null;
let chart = null;

const library = () => (loading ??= import('./vendor/chart.umd.min.js').then(() => globalThis.Chart));

// drawChart draws into the canvas, or changes what it shows.
export async function drawChart(canvas, minutes) {
  const Chart = await library();
  if (!canvas.isConnected) return;
  const shape = `${minutes.period} ${JSON.stringify(colours(canvas))}`;
  if (chart && (chart.canvas !== canvas || chart.shape !== shape)) {
    chart.destroy();
    chart = null;
  }
  const slots = slotsOf(minutes);
  const made = settings(canvas, minutes.period, slots);
  if (!chart) {
    chart = new Chart(canvas, made);
    chart.shape = shape;
    return;
  }
  chart.data = made.data;
  chart.options = made.options;
  chart.update('none');
}

// slotsOf gives every period from the first row to the last: those without a row have no minutes, or are not known.
function slotsOf(m) {
  const rows = new Map(m.rows.map((r) => [r.date, r]));
  const slots = [];
  for (let end = m.rows[0].date; end <= m.rows.at(-1).date; end = next(end, m.period)) {
    const hole = m.holes.some((x) => x.first <= end && end <= x.last);
    slots.push(
      rows.get(end) ?? { date: end, audio: hole ? null : 0, video: hole ? null : 0, state: hole ? 'not known' : 'no minutes' },
    );
  }
  return slots;
}

// next gives the last day of the period after the one that ends on a day.
function next(end, period) {
  const at = new Date(`${end}T00:00:00Z`);
  if (period === 'monthly') return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 2, 0)).toISOString().slice(0, 10);
  return new Date(at.getTime() + (period === 'weekly' ? 7 : 1) * dayLength).toISOString().slice(0, 10);
}

function colours(canvas) {
  const style = getComputedStyle(canvas);
  const of = (name) => style.getPropertyValue(name).trim();
  return { text: of('--text'), line: of('--line'), audio: of('--audio'), video: of('--video'), back: of('--card') };
}

function settings(canvas, period, slots) {
  const c = colours(canvas);
  const font = { family: getComputedStyle(canvas).fontFamily, size: 12 };
  return {
    type: period === 'daily' ? 'line' : 'bar',
    data: {
      labels: slots.map((s) => s.date),
      datasets: [series('Audio', 'audio', period, slots, c), series('Video', 'video', period, slots, c)],
    },
    options: {
      locale: 'en',
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false },
      color: c.text,
      font,
      scales: {
        x: {
          ticks: { color: c.text, font, maxRotation: 0, autoSkip: true, autoSkipPadding: 16 },
          grid: { display: false },
          border: { color: c.line },
        },
        y: {
          beginAtZero: true,
          ticks: { color: c.text, font, precision: 0 },
          grid: { color: c.line },
          border: { display: false },
          title: { display: true, text: 'minutes', color: c.text, font },
        },
      },
      plugins: {
        legend: { align: 'start', labels: { color: c.text, font, usePointStyle: true, pointStyleWidth: 28 } },
        tooltip: { callbacks: { footer: ([at]) => stateText(slots[at.dataIndex]) } },
      },
    },
  };
}

const stateText = (s) => (s.state === 'complete' ? '' : `${s.state}${s.covered ? `: ${s.covered} of ${s.days} days known` : ''}`);

// series tells audio from video by its line or filling too, and what is not complete by a hatch.
function series(label, field, period, slots, c) {
  const dashed = field === 'video' ? [6, 4] : [];
  const common = { label, data: slots.map((s) => s[field]), borderColor: c[field], spanGaps: false };
  if (period === 'daily')
    return {
      ...common,
      backgroundColor: c[field],
      borderWidth: 2,
      borderDash: dashed,
      pointRadius: 0,
      pointHitRadius: 8,
      pointStyle: 'line',
      tension: 0,
    };
  const partly = hatch(c[field], c.back);
  return {
    ...common,
    borderWidth: 2,
    pointStyle: 'rect',
    maxBarThickness: 28,
    categoryPercentage: 0.8,
    barPercentage: 1,
    backgroundColor: slots.map((s) => (s.state === 'complete' ? (field === 'video' ? c.back : c[field]) : partly)),
  };
}

// hatch is a filling of slanted lines.
function hatch(colour, back) {
  const tile = document.createElement('canvas');
  tile.width = 8;
  tile.height = 8;
  const pen = tile.getContext('2d');
  pen.fillStyle = back;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  for (const x of [-8, 0, 8]) {
    pen.moveTo(x, 8);
    pen.lineTo(x + 8, 0);
  }
  pen.stroke();
  return pen.createPattern(tile, 'repeat');
}
