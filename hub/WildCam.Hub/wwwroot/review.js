// Review: one event at a time from a queue that has an end. The next ones are here, decoded, before they are needed;
// deciding paints at once and goes to the outbox.
import { openPanel } from './decide.js';
import { fit, isZoomed, listenKeys, looking, openStage, play, showPicture, stage } from './stage.js';

const get = (id) => document.getElementById(id);
const review = get('review');
const { root } = get('decide').dataset;
const aheadMin = 3;
const decodedMax = 12;
const tasksMax = 300;
const holdEveryMs = 45_000;
const idleMs = 120_000;

const first = JSON.parse(get('tasks').textContent);
const tasks = first.tasks; // In the order of the queue; what is decided stays, for undo.
let at = 0;
let index = 0;
let doneToday = first.done;
let left = first.left;
let atEnd = false;
let loading = null;
let touched = Date.now();

const task = () => (at < tasks.length ? tasks[at] : null);
const isWaiting = (t) => !t.done && !t.gone;

// The pictures of the next events, decoded; few, since decoded pictures are large.
const decoded = new Map();
function prepare(address) {
  if (!address || decoded.has(address)) return;
  const image = new Image();
  image.src = address;
  decoded.set(address, image);
  image.decode().catch(() => decoded.delete(address));
  for (const old of decoded.keys()) {
    if (decoded.size <= decodedMax) break;
    decoded.delete(old);
  }
}

function prepareNext() {
  if (navigator.connection?.saveData || /2g/.test(navigator.connection?.effectiveType ?? '')) return;
  tasks.slice(at + 1).filter(isWaiting).slice(0, aheadMin).reverse().forEach((t) => prepare(t.pictures[t.best]?.middle));
  const own = task()?.pictures ?? [];
  prepare(own[index - 1]?.middle);
  prepare(own[index + 1]?.middle);
}

function draw() {
  const t = task();
  const picture = t.pictures[index];
  const label = `${t.suggestions[0]?.text ?? 'Not looked at yet'}, ${t.place}, ${t.day} ${picture?.time ?? t.from}, picture ${index + 1} of ${t.captures}`;
  if (picture) showPicture(picture, label);
  get('pending').hidden = !picture?.pending;
  get('pending').textContent = picture?.pending ?? '';
  [...get('strip').children].forEach((item, i) => item.firstChild.setAttribute('aria-current', String(i === index)));
  get('strip').children[index]?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  panel.drawn();
  prepareNext();
}

function show() {
  const t = task();
  review.hidden = !t;
  get('done').hidden = Boolean(t);
  if (!t) {
    end();
    return;
  }
  index = t.best;
  review.dataset.event = t.event;
  get('where').textContent = `${t.place} \u00b7 ${t.day} ${t.from}${t.until === t.from ? '' : `\u2013${t.until}`} (${t.zone}) \u00b7 ${t.camera}`;
  get('strip').replaceChildren(...t.pictures.map((p, i) => {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.setAttribute('aria-label', `Picture ${i + 1}, ${p.time}`);
    if (p.small) {
      const image = Object.assign(new Image(p.width, p.height), { src: p.small, alt: '', decoding: 'async' });
      image.className = `ph-${p.ground}`;
      button.append(image);
    }
    button.append(p.time);
    button.onclick = () => turn(i - index);
    item.append(button);
    return item;
  }));
  get('strip').hidden = t.pictures.length < 2;
  get('play').hidden = t.pictures.length < 2;
  panel.show();
  draw();
}

function turn(step) {
  const next = index + step;
  if (!task()?.pictures[next]) return;
  index = next;
  draw();
}

function playEvent() {
  const pictures = task()?.pictures.length ?? 0;
  play(() => {
    index = (index + 1) % pictures;
    draw();
  }, pictures);
}

function showProgress() {
  get('progress').max = Math.max(1, doneToday + left);
  get('progress').value = doneToday;
  get('progress-text').textContent = `${doneToday} today, ${left >= 10_000 ? '10,000 or more' : left} left`;
}

function go(to) {
  at = to;
  if (tasks.length - at < aheadMin + 1 && !atEnd) more();
  show();
}

// The next one that nobody decided; what was passed by comes again at the end.
async function onward() {
  const next = tasks.findIndex((t, i) => i > at && isWaiting(t));
  if (next >= 0) {
    go(next);
    return;
  }
  if (!atEnd) {
    at = tasks.length;
    review.classList.add('waiting');
    await more();
    review.classList.remove('waiting');
    const come = tasks.findIndex((t, i) => i >= at && isWaiting(t));
    if (come >= 0) {
      go(come);
      return;
    }
  }
  at = tasks.length;
  show();
}

function more() {
  loading ??= load().finally(() => { loading = null; });
  return loading;
}

async function load() {
  const last = tasks.at(-1);
  const held = [...new Set([...tasks.map((t) => t.event), ...panel.outbox.entries().map((e) => e.event)].filter(Boolean))];
  try {
    const answer = await fetch(`${root}/review/next?${review.dataset.queue}${last ? `&after=${last.at}` : ''}`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ events: held.slice(-400) }),
    });
    if (!answer.ok) throw new Error(answer.status);
    const next = await answer.json();
    const known = new Set(tasks.map((t) => t.event));
    const fresh = next.tasks.filter((t) => !known.has(t.event));
    tasks.push(...fresh);
    atEnd = next.tasks.length === 0;
    get('others').textContent = next.others.join(' \u00b7 ');
    if (tasks.length > tasksMax && at > tasksMax / 2) {
      tasks.splice(0, at - tasksMax / 2);
      at = tasksMax / 2;
    }
    prepareNext();
  } catch {
    get('others').textContent = 'No connection. What is here can be decided; it will be sent.';
    setTimeout(() => { if (!task()) onward(); }, 5000);
  }
}

function end() {
  const passed = tasks.filter(isWaiting).length;
  const hub = navigator.onLine;
  get('done-text').textContent = !atEnd && !hub ? 'No connection. The next events come as soon as the hub answers.'
    : passed ? `You passed ${passed === 1 ? '1 event' : `${passed} events`} without deciding.`
      : `Nothing left to decide here. ${doneToday === 1 ? '1 event' : `${doneToday} events`} today, thank you.`;
  get('again').hidden = !passed;
  get('done').focus?.();
}

get('again').addEventListener('click', () => go(tasks.findIndex(isWaiting)));

async function bring(event) {
  const own = tasks.findIndex((t) => t.event === event);
  if (own >= 0) {
    tasks[own].done = false;
    go(own);
    return tasks[own];
  }
  const answer = await fetch(`${root}/review/tasks/${event}`).catch(() => null);
  if (!answer?.ok) return null;
  const t = await answer.json();
  tasks.splice(at, 0, t);
  show();
  return t;
}

const panel = openPanel({
  task,
  picture: () => task().pictures[index],
  redraw: draw,
  decided(step) {
    const t = tasks.find((x) => x.event === step.event);
    if (!t) return;
    // One picture is the exception: its event goes on with the next one.
    if (!step.isWhole && index + 1 < t.pictures.length && t === task()) {
      panel.show(false);
      turn(1);
      return;
    }
    if (!t.done) {
      doneToday += 1;
      left = Math.max(0, left - 1);
    }
    t.done = true;
    showProgress();
    if (t === task() || !task()) onward();
  },
  undone(step) {
    const t = tasks.find((x) => x.event === step.event);
    if (t?.done) {
      doneToday = Math.max(0, doneToday - 1);
      left += 1;
      showProgress();
    }
    bring(step.event);
  },
  saved() { /* The corner says so. */ },
  // Its pictures are others than those decided on: it comes again, as it is now.
  async again(entry, conflict) {
    const answer = await fetch(`${root}/review/tasks/${entry.event}`).catch(() => null);
    const t = answer?.ok ? await answer.json() : null;
    if (!t) return;
    t.question = [`${conflict.text} Your choice was ${entry.text}.`, t.question].filter(Boolean).join(' ');
    const own = tasks.findIndex((x) => x.event === entry.event);
    if (own >= 0) tasks.splice(own, 1);
    if (own >= 0 && own < at) at -= 1;
    tasks.splice(at + 1, 0, t);
    doneToday = Math.max(0, doneToday - 1);
    left += 1;
    showProgress();
    if (!task() || own === at) onward();
  },
});

function pass(step) {
  const order = step > 0 ? tasks.findIndex((t, i) => i > at && isWaiting(t)) : tasks.findLastIndex((t, i) => i < at && isWaiting(t));
  if (order >= 0) go(order);
  else if (step > 0) onward();
}

const actions = {
  ...looking,
  ArrowLeft: () => turn(-1),
  ArrowRight: () => turn(1),
  ArrowUp: () => pass(-1),
  ArrowDown: () => pass(1),
  k: () => pass(-1),
  j: () => pass(1),
  m: playEvent,
  Escape: () => { if (isZoomed()) fit(); else location.href = `${root}/review`; },
};
get('play').addEventListener('click', playEvent);
openStage(turn);
listenKeys((name, event) => panel.find(name, event) ?? actions[name]);

// Held while somebody is at it, let go when the page is put away.
const hold = (events) => JSON.stringify({ events });
for (const kind of ['keydown', 'pointerdown']) addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
setInterval(() => {
  if (document.hidden || Date.now() - touched > idleMs) return;
  fetch(`${root}/review/hold`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: hold(tasks.slice(at).filter(isWaiting).map((t) => t.event).slice(0, 20)),
  }).catch(() => { /* They are held for a while yet. */ });
}, holdEveryMs);
addEventListener('pagehide', () => {
  navigator.sendBeacon(`${root}/review/hold`, new Blob([hold([])], { type: 'application/json' }));
});

// Somebody else decided on one that waits here: it is theirs.
document.addEventListener('wildcam:live', ({ detail }) => {
  if (detail.kind !== 'decision') return;
  const t = tasks.find((x) => x.event === detail.subject);
  if (t && isWaiting(t) && t !== task() && !panel.outbox.entries().some((e) => e.event === t.event)) t.gone = true;
});

// What was decided before a reload and waits in the outbox is decided.
const sent = new Set(panel.outbox.entries().filter((e) => !e.refused).map((e) => e.event));
for (const t of tasks) t.done = sent.has(t.event);
if (tasks.length < aheadMin) more();
if (tasks.length && !isWaiting(tasks[0])) onward();
else show();
stage.focus({ preventScroll: true });
