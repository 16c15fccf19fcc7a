// Choosing many events of the gallery and deciding on them in one step: by a box on each cell, Shift for a range,
// Ctrl A for what is loaded, or all that match. A step goes on in the hub; it is taken back as one.
import { openPicker } from './picker.js';

const get = (id) => document.getElementById(id);
const pollMs = 700;
const words = { blank: 'Blank', person: 'Person', vehicle: 'Vehicle' };
const events = (n) => (n === 1 ? '1 event' : `${n.toLocaleString('en')} events`);

export function openChoice(grid) {
  const root = grid.dataset.choose;
  const filter = new URL(grid.dataset.page, location.origin).search;
  const chosen = new Set();
  let last = null;
  let all = null; // Of a filter: how many.
  let held = null;

  function mark(cell) {
    if (cell.querySelector('.choose')) return;
    const label = document.createElement('label');
    label.className = 'choose';
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: chosen.has(cell.dataset.id) });
    box.setAttribute('aria-label', `Choose ${cell.querySelector('.what').textContent.trim()}, ${cell.querySelector('.when').textContent.trim()}`);
    label.append(box);
    cell.append(label);
  }
  const cells = () => [...grid.querySelectorAll('.cell')];
  cells().forEach(mark);
  new MutationObserver(() => cells().forEach(mark)).observe(grid, { childList: true, subtree: true });

  function show() {
    const n = all ?? chosen.size;
    get('choice').hidden = n === 0;
    grid.classList.toggle('choosing', n > 0);
    get('choice-count').textContent = `${events(n)} chosen`;
    get('choose-all').hidden = all !== null;
    for (const cell of cells()) {
      const box = cell.querySelector('.choose input');
      if (box) box.checked = all !== null || chosen.has(cell.dataset.id);
    }
  }

  function none() {
    chosen.clear();
    all = null;
    show();
  }

  function set(cell, on, range) {
    all = null;
    const list = cells();
    const [from, to] = range && last?.isConnected ? [list.indexOf(last), list.indexOf(cell)].sort((a, b) => a - b) : [list.indexOf(cell), list.indexOf(cell)];
    for (const c of list.slice(from, to + 1)) on ? chosen.add(c.dataset.id) : chosen.delete(c.dataset.id);
    last = cell;
    show();
  }

  grid.addEventListener('click', (event) => {
    const box = event.target.closest('.choose input');
    if (box) {
      set(box.closest('.cell'), box.checked, event.shiftKey);
    } else if (held === 'done') {
      event.preventDefault();
      held = null;
    }
  }, true);
  // A long press chooses, where there is no hover.
  grid.addEventListener('pointerdown', (event) => {
    const cell = event.target.closest('.cell');
    if (event.pointerType !== 'touch' || !cell || event.target.closest('.choose')) return;
    held = setTimeout(() => {
      set(cell, !chosen.has(cell.dataset.id), false);
      held = 'done';
    }, 500);
  });
  for (const kind of ['pointerup', 'pointercancel', 'pointermove']) {
    grid.addEventListener(kind, (event) => {
      if (held !== 'done' && (kind !== 'pointermove' || Math.abs(event.movementY) > 4)) clearTimeout(held);
    });
  }
  document.addEventListener('keydown', (event) => {
    if (event.target.closest('input:not([type=checkbox]),select,textarea,dialog')) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
      event.preventDefault();
      all = null;
      cells().forEach((c) => chosen.add(c.dataset.id));
      show();
    } else if (event.key === 'Escape' && !get('choice').hidden) {
      none();
    }
  });

  const dialog = get('bulk');
  let preview = null;
  async function sample() {
    const answer = await fetch(`${root}/bulk/preview?filter=${encodeURIComponent(filter || '?')}`);
    if (!answer.ok) throw new Error(answer.status);
    preview = await answer.json();
    return preview;
  }

  get('choose-all').addEventListener('click', async () => {
    const told = await sample().catch(() => null);
    if (!told || told.problem) {
      get('choice-count').textContent = told?.problem ?? 'The hub did not answer. Try again.';
      return;
    }
    all = told.count;
    show();
  });
  get('choose-none').addEventListener('click', none);

  const picker = openPicker(root, {
    first: () => [],
    choose: (s) => confirm({ findings: [{ category: 'animal', taxon: s.id }] }, s.name ?? s.scientificName),
    assign() { /* There are no slots here. */ },
  });

  // What is chosen by hand begins at once; what a filter chooses is shown first.
  let go = null;
  function confirm(what, name, asksTag = false) {
    const n = all ?? chosen.size;
    go = () => {
      const tag = get('bulk-name').value.trim();
      if (asksTag && !tag) return;
      dialog.close();
      begin(asksTag ? { tag } : what);
    };
    if (all === null && !asksTag) {
      begin(what);
      return;
    }
    get('bulk-title').textContent = `${name}: ${events(n)}`;
    get('bulk-text').textContent = all === null ? '' : 'Exactly these match now; what arrives later is left alone. It can be taken back in one step.';
    get('bulk-tag').hidden = !asksTag;
    get('bulk-go').textContent = asksTag ? `Tag ${events(n)}` : `${name} for ${events(n)}`;
    get('bulk-preview').replaceChildren(...(all === null ? [] : preview.samples).map((s) => {
      const item = document.createElement('li');
      if (s.picture) item.append(Object.assign(new Image(200, 150), { src: s.picture, alt: '' }));
      item.append(s.text);
      return item;
    }));
    dialog.showModal();
    if (asksTag) get('bulk-name').focus();
  }
  get('bulk-go').addEventListener('click', () => go());
  get('bulk-cancel').addEventListener('click', () => dialog.close());
  get('bulk-name').addEventListener('keydown', (event) => { if (event.key === 'Enter') go(); });

  let step = null;
  let timer = 0;
  async function post(address, body) {
    return fetch(address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  }

  async function begin(what) {
    const body = { key: crypto.randomUUID(), ...what, ...(all === null ? { events: [...chosen] } : { filter: filter || '?' }) };
    const answer = await post(`${root}/bulk`, body).catch(() => null);
    const told = await answer?.text();
    tell(answer?.ok ? JSON.parse(told) : { text: told ? JSON.parse(told) : 'The hub did not answer. Nothing was changed; try again.' });
    if (answer?.ok) none();
  }

  function tell(now) {
    step = now.id ? now : null;
    get('step').hidden = false;
    get('step-text').textContent = now.text;
    const going = now.state === 'doing' || now.state === 'undoing';
    get('step-progress').hidden = !going;
    get('step-progress').max = now.total ?? 1;
    get('step-progress').value = now.done ?? 0;
    get('step-undo').hidden = !step || now.state === 'undone' || now.state === 'undoing';
    clearTimeout(timer);
    if (going) timer = setTimeout(poll, pollMs);
    else if (step) document.dispatchEvent(new CustomEvent('wildcam:live', { detail: { kind: 'decision', subject: '' } }));
  }

  async function poll() {
    const answer = await fetch(`${root}/bulk/${step.id}`).catch(() => null);
    if (answer?.ok) tell(await answer.json());
    else timer = setTimeout(poll, pollMs * 4);
  }

  get('step-undo').addEventListener('click', async () => {
    const answer = await post(`${root}/bulk/${step.id}/undo`, {}).catch(() => null);
    if (answer?.ok) poll();
  });
  get('step-close').addEventListener('click', () => { get('step').hidden = true; });

  get('choice').addEventListener('click', (event) => {
    const act = event.target.closest('[data-bulk]')?.dataset.bulk;
    if (!act) return;
    if (act === 'pick') picker.open();
    else if (act === 'tag') confirm(null, 'Tag', true);
    else if (act === 'favourite') confirm({ favourite: true }, 'Favourite');
    else confirm({ findings: [{ category: act }] }, words[act]);
  });
}
