// A camera's measurements, one plot a quantity; the table below holds the same numbers. Without uPlot the table is all.
const holder = document.getElementById('plots');
const plotHeight = 160;

const quantities = [
  { key: 'batteryPercent', title: 'Battery, %', range: [0, 100] },
  { key: 'volts', title: 'Battery, V' },
  { key: 'celsius', title: 'Temperature, °C' },
  { key: 'signalDbm', title: 'Signal, dBm' },
  { key: 'waiting', title: 'Pictures waiting' },
  { key: 'freeKilobytes', title: 'Free memory, KB' },
  { key: 'clockSeconds', title: 'Clock, seconds fast' },
];

function draw(data) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour('--text-2'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line') } };
  const width = Math.floor((holder.clientWidth - 16) / (holder.clientWidth > 900 ? 2 : 1));
  holder.replaceChildren();
  for (const { key, title, range } of quantities) {
    const values = data[key];
    if (!values.some((v) => v !== null)) continue;
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    caption.textContent = title;
    figure.append(caption);
    holder.append(figure);
    new window.uPlot({
      width,
      height: plotHeight,
      legend: { show: false },
      cursor: { show: false },
      tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), data.zone),
      scales: { y: range ? { range } : {} },
      axes: [axis, { ...axis, size: 56 }],
      series: [{}, { stroke: colour('--c1'), width: 2, points: { show: values.length < 60 }, spanGaps: false }],
    }, [data.at, values], figure);
  }
}

if (holder && window.uPlot) {
  const answer = await fetch(holder.dataset.from);
  if (answer.ok) {
    const data = await answer.json();
    draw(data);
    let wait = 0;
    addEventListener('resize', () => { clearTimeout(wait); wait = setTimeout(() => draw(data), 150); });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => draw(data));
  }
}
