// The gallery: endless both ways, restored by Back, told of arrivals without moving what is seen.
const grid = document.getElementById('grid');
const older = document.getElementById('older');
const newer = document.getElementById('newer');
const chip = document.getElementById('arrivals');
const cellsMax = 600;
const refreshEveryMs = 2000;
const most = Number(grid.dataset.most ?? 0); // The home page shows a few and no more.
const place = () => `wildcam-place:${location.pathname}${filterOf(location.search)}`;
const above = []; // Rows taken out at the top: { html, height }, the nearest last.
let hasOlder = !!older;
let hasNewer = !!newer;
let loading = false;
let waiting = []; // Cells that arrived and are not shown yet.

function filterOf(search) {
  const query = new URLSearchParams(search);
  for (const name of ['day', 'at', 'older', 'newer']) query.delete(name);
  return query.toString();
}

const cells = () => grid.querySelectorAll('.cell');
const firstCell = () => grid.querySelector('.cell');
const lastCell = () => grid.querySelector('.cell:last-of-type');

async function load(way, key) {
  const url = new URL(grid.dataset.page, location.origin);
  if (key) url.searchParams.set(way, key);
  const answer = await fetch(url, { headers: { Accept: 'text/fragment' } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const template = document.createElement('template');
  template.innerHTML = await answer.text();
  return {
    items: [...template.content.children],
    older: answer.headers.get('X-More-Older') === '1',
    newer: answer.headers.get('X-More-Newer') === '1',
  };
}

// Two pages meet within a day: its second heading goes.
function dropDoubleDays() {
  let day = '';
  for (const item of [...grid.children]) {
    if (!item.classList.contains('day')) continue;
    if (item.dataset.day === day) item.remove();
    day = item.dataset.day;
  }
}

// Keeps what is seen where it is while something above it changes.
function anchored(change) {
  const seen = [...cells()].find((c) => c.getBoundingClientRect().bottom > 64);
  const top = seen?.getBoundingClientRect().top;
  change();
  if (seen?.isConnected) {
    const moved = seen.getBoundingClientRect().top - top;
    if (Math.abs(moved) > 0.5) scrollBy(0, moved);
  }
}

function trimTop() {
  const all = [...cells()];
  if (all.length <= cellsMax) return;
  const cut = all[all.length - cellsMax].offsetTop;
  const keep = all.find((c) => c.offsetTop >= cut);
  const taken = [];
  for (const item of [...grid.children]) {
    if (item === keep) break;
    if (!item.classList.contains('spacer')) taken.push(item);
  }
  if (!taken.length || taken[0].getBoundingClientRect().top > -innerHeight) return;
  const from = taken[0].getBoundingClientRect().top;
  let day = null;
  for (const item of taken) if (item.classList.contains('day')) day = item;
  anchored(() => {
    const height = keep.getBoundingClientRect().top - from;
    above.push({ html: taken.map((t) => t.outerHTML).join(''), height });
    for (const item of taken) item.remove();
    // The day that goes on keeps its heading.
    if (day && !keep.previousElementSibling?.classList.contains('day')) keep.before(day.cloneNode(true));
    spacer(above.reduce((sum, a) => sum + a.height, 0));
  });
}

function trimBottom() {
  const all = [...cells()];
  for (const cell of all.slice(cellsMax)) {
    if (cell.getBoundingClientRect().top < 2 * innerHeight) return;
    cell.remove();
    hasOlder = true;
  }
  while (grid.lastElementChild?.classList.contains('day')) grid.lastElementChild.remove();
}

function spacer(height) {
  let item = grid.querySelector('.spacer');
  if (!item && height > 0) {
    item = document.createElement('li');
    item.className = 'spacer';
    item.setAttribute('aria-hidden', 'true');
    grid.prepend(item);
  }
  if (item) {
    if (height > 0) item.style.height = `${height}px`;
    else item.remove();
  }
}

async function loadOlder() {
  if (loading || !hasOlder || most) return;
  loading = true;
  try {
    const page = await load('older', lastCell()?.dataset.k);
    grid.append(...page.items);
    dropDoubleDays();
    hasOlder = page.older;
    trimTop();
    if (older) {
      older.hidden = !hasOlder;
      setMoreLink();
    }
  } catch {
    // The [More] link is still there.
  } finally {
    loading = false;
  }
}

function setMoreLink() {
  const url = new URL(older.href);
  url.searchParams.set('older', lastCell().dataset.k);
  older.href = url;
}

async function loadNewer() {
  if (loading || most) return;
  if (above.length) {
    const back = above.pop();
    anchored(() => {
      const template = document.createElement('template');
      template.innerHTML = back.html;
      spacer(above.reduce((sum, a) => sum + a.height, 0));
      const first = grid.querySelector('.spacer');
      if (first) first.after(template.content);
      else grid.prepend(template.content);
      dropDoubleDays();
    });
    trimBottom();
    return;
  }
  if (!hasNewer) return;
  loading = true;
  try {
    const page = await load('newer', firstCell()?.dataset.k);
    hasNewer = page.newer;
    anchored(() => {
      // What stands below keeps its columns: the new rows end with a line of their own.
      const end = document.createElement('li');
      end.className = 'break';
      end.setAttribute('aria-hidden', 'true');
      grid.prepend(...page.items, end);
      dropDoubleDays();
      if (newer) newer.hidden = !hasNewer;
    });
    trimBottom();
  } catch {
    // The [Newer] link is still there.
  } finally {
    loading = false;
  }
}

let asked = false;
addEventListener('scroll', () => {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    const ahead = 1.5 * innerHeight;
    if (grid.getBoundingClientRect().bottom < innerHeight + ahead) loadOlder();
    const first = firstCell();
    if (first && first.getBoundingClientRect().top > -ahead && scrollY > 0) loadNewer();
    if (scrollY === 0 && waiting.length && isIdle()) showWaiting();
    markMonth();
  });
}, { passive: true });

// Opening a picture first writes where we are into our own entry of the history.
grid.addEventListener('click', (event) => {
  const cell = event.target.closest('.cell');
  if (!cell || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || most) return;
  const url = new URL(location.href);
  for (const name of ['day', 'older', 'newer']) url.searchParams.delete(name);
  url.searchParams.set('at', cell.dataset.id);
  sessionStorage.setItem(place(), JSON.stringify({ id: cell.dataset.id, top: cell.getBoundingClientRect().top }));
  sessionStorage.setItem('wildcam-from', '1');
  history.replaceState(history.state, '', url);
});

function restore() {
  const at = grid.dataset.at;
  if (!at) return;
  history.scrollRestoration = 'manual';
  const kept = JSON.parse(sessionStorage.getItem(place()) ?? 'null');
  const cell = grid.querySelector(`.cell[data-id="${CSS.escape(at)}"]`) ?? cells()[Math.min(18, cells().length - 1)];
  if (!cell) return;
  const top = kept?.id === at ? kept.top : innerHeight / 3;
  scrollBy(0, cell.getBoundingClientRect().top - top);
  cell.querySelector('a').focus({ preventScroll: true });
}

// Arrivals: the first page is asked for again; what changed is put in its place, what is new waits for a click.
const isIdle = () => scrollY === 0 && !grid.matches(':hover') && !grid.contains(document.activeElement)
  && !document.querySelector('details.filters[open],details.menu[open]') && !String(getSelection());
let refreshAt = 0;
let timer = 0;

function refreshSoon() {
  if (timer || document.hidden) return;
  timer = setTimeout(refresh, Math.max(300, refreshAt + refreshEveryMs - Date.now()));
}

async function refresh() {
  refreshAt = Date.now();
  try {
    const page = await load();
    timer = 0;
    const shown = new Map([...cells()].map((c) => [c.dataset.id, c]));
    const fresh = [];
    let day = null;
    for (const item of page.items.filter((i) => !i.classList.contains('break'))) {
      if (item.classList.contains('day')) {
        day = item;
        continue;
      }
      const own = shown.get(item.dataset.id);
      if (!own) fresh.push({ day, item });
      else if (own.querySelector('a').outerHTML !== item.querySelector('a').outerHTML && !own.contains(document.activeElement)) update(own, item);
    }
    // Only what is newer than the newest that we hold: an old gap is not an arrival.
    const newest = shown.size && !hasNewer && !above.length ? Number(firstCell().dataset.k.split('_')[0]) : 0;
    waiting = fresh.filter((f) => Number(f.item.dataset.k.split('_')[0]) >= newest);
    if (!waiting.length) chip.hidden = true;
    else if (isIdle() && grid.dataset.top === 'true') showWaiting();
    else showChip();
  } catch {
    timer = 0;
  }
}

// The picture stays if it is the same, so that nothing flickers.
function update(own, item) {
  const before = own.querySelector('img');
  const after = item.querySelector('img');
  if (before && after && before.getAttribute('src') === after.getAttribute('src')) after.replaceWith(before);
  own.querySelector('a').replaceWith(item.querySelector('a'));
  own.dataset.k = item.dataset.k;
}

let announced = 0;
function showChip() {
  const count = waiting.length > 99 ? '99+' : `${waiting.length}`;
  const text = waiting.length === 1 ? '1 new event' : `${count} new events`;
  chip.parentElement.setAttribute('aria-live', Date.now() - announced > 30_000 ? 'polite' : 'off');
  announced = Date.now();
  chip.textContent = `\u2191 ${text}`;
  chip.hidden = false;
}

function showWaiting() {
  chip.hidden = true;
  if (grid.dataset.top !== 'true') {
    const url = new URL(location.href);
    for (const name of ['day', 'at', 'older', 'newer']) url.searchParams.delete(name);
    location.href = url;
    return;
  }
  const items = [];
  let day = '';
  for (const { day: heading, item } of waiting) {
    if (heading && heading.dataset.day !== day) {
      day = heading.dataset.day;
      items.push(heading.cloneNode(true));
    }
    items.push(item);
  }
  waiting = [];
  document.querySelector('.empty')?.remove();
  grid.prepend(...items);
  dropDoubleDays();
  if (most) [...cells()].slice(most).forEach((c) => c.remove());
}

chip.addEventListener('click', () => {
  while (above.length) {
    const back = above.pop();
    const template = document.createElement('template');
    template.innerHTML = back.html;
    grid.querySelector('.spacer')?.after(template.content);
  }
  spacer(0);
  showWaiting();
  scrollTo({ top: 0 });
  firstCell()?.querySelector('a').focus({ preventScroll: true });
});
document.addEventListener('wildcam:live', refreshSoon);

// Arrow keys walk the grid.
grid.addEventListener('keydown', (event) => {
  const cell = event.target.closest('.cell');
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 'up', ArrowDown: 'down' }[event.key];
  if (!cell || !step || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = [...cells()];
  let next = typeof step === 'number' ? all[all.indexOf(cell) + step] : null;
  if (typeof step === 'string') {
    const own = cell.getBoundingClientRect();
    const rows = all.filter((c) => {
      const r = c.getBoundingClientRect();
      return step === 'up' ? r.bottom <= own.top + 1 : r.top >= own.bottom - 1;
    });
    const distance = (c) => {
      const r = c.getBoundingClientRect();
      return Math.abs(r.top - own.top) * 10 + Math.abs(r.left - own.left);
    };
    next = rows.sort((a, b) => distance(a) - distance(b))[0];
  }
  if (next) {
    event.preventDefault();
    next.querySelector('a').focus();
  }
});

// The filter form leaves empty fields and its two hour fields out of the address.
document.querySelector('.filter-form')?.addEventListener('submit', (event) => {
  event.preventDefault();
  const data = new FormData(event.target);
  const query = new URLSearchParams();
  const hour = (value) => String(value).padStart(2, '0');
  for (const [name, value] of data) {
    if (name === 'hour-from' && (value || data.get('hour-to'))) {
      query.set('hour', `${hour(value || 0)}-${hour(data.get('hour-to') || 24)}`);
    } else if (value && !name.startsWith('hour-')) {
      query.set(name, name === 'conf' ? `${value}-` : value);
    }
  }
  location.href = `${event.target.getAttribute('action')}${query.size ? `?${query}` : ''}`;
});

// The days at the edge: read after the pictures, where there is room for them.
const days = document.getElementById('days');
async function showDays() {
  if (!days || !matchMedia('(min-width:1200px)').matches) return;
  const answer = await fetch(days.dataset.from, { headers: { Accept: 'text/fragment' } }).catch(() => null);
  if (!answer?.ok) return;
  const template = document.createElement('template');
  template.innerHTML = await answer.text();
  days.replaceChildren(template.content);
  markMonth();
}

// The month that is looked at; the day's heading says it in site time.
function markMonth() {
  if (!days?.firstElementChild) return;
  const headings = grid.querySelectorAll('.day');
  let seen = headings[0];
  for (const heading of headings) {
    if (heading.getBoundingClientRect().top > 160) break;
    seen = heading;
  }
  const month = seen?.dataset.day.slice(0, 7);
  const now = days.querySelector('[aria-current]');
  const then = days.querySelector(`[data-month="${month}"]`);
  if (now === then) return;
  now?.removeAttribute('aria-current');
  then?.setAttribute('aria-current', 'date');
  if (then) days.scrollTop = Math.max(0, then.offsetTop - days.clientHeight / 2);
}

showDays();
restore();
if (grid.dataset.choose) import('./choose.js').then((module) => module.openChoice(grid));
