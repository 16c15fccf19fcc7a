// Where a person decides: keys and buttons, the next choice's details, the species picker, undo, conflicts. What is
// decided goes to the outbox at once; whoever hosts the panel shows what comes next.
import { openOutbox } from './outbox.js';
import { openPicker } from './picker.js';
import { stage } from './stage.js';

const get = (id) => document.getElementById(id);
const countMax = 10_000;
const stepsMax = 500;
const words = { blank: 'Blank', person: 'Person', vehicle: 'Vehicle', animal: 'Animal' };
const pictures = (n) => (n === 1 ? '1 picture' : `${n} pictures`);

export function openPanel(host) {
  const panel = get('decide');
  const { root, me } = panel.dataset;
  const details = get('details');
  const places = { undo: `wildcam-undo:${me}:${root}`, slots: `wildcam-slots:${me}:${root}` };
  const done = JSON.parse(sessionStorage.getItem(places.undo) ?? '[]');
  const undone = [];
  let assigned = JSON.parse(localStorage.getItem(places.slots) ?? '{}');
  let slots = {};
  let draft = null;
  let isWhole = true;
  let boxes = null;

  let refused = [];
  const outbox = openOutbox(root, me, {
    onChange: showSaved,
    onSaved: (entry, answer) => host.saved(entry, answer),
    onConflict(entry, conflict) {
      if (!conflict) return undefined;
      if (!conflict.by) {
        host.again(entry, conflict);
        return 'drop';
      }
      // The same twice is agreement, not a conflict.
      const kinds = (list) => (list ?? []).map((f) => `${f.category}/${f.taxon || 0}/${f.count || 1}`).sort().join();
      return kinds(conflict.findings) === kinds(entry.body.findings) ? 'insist' : undefined;
    },
  });
  const picker = openPicker(root, {
    first: () => Object.values(slots).map((s) => s.taxon),
    choose: (species) => choose({ category: 'animal', taxon: species.id, name: species.name ?? species.scientificName }),
    assign(species, digit) {
      assigned[digit] = { taxon: species.id, name: species.name ?? species.scientificName };
      localStorage.setItem(places.slots, JSON.stringify(assigned));
      showSlots();
    },
  });

  function reset() {
    draft = { list: [], adding: false, count: 1, sex: '', lifeStage: '', behavior: '' };
    for (const field of details.elements) if (field.name) field.value = '';
    details.hidden = true;
    showDraft();
  }

  function showDraft() {
    get('count').textContent = draft.count;
    const told = [draft.list.map((f) => f.name).join(', '), draft.adding ? 'the next choice adds a second species' : '']
      .filter(Boolean).join(': ');
    get('draft').hidden = !told;
    get('draft').textContent = told && draft.list.length && !draft.adding ? `${told}: choose the second species` : told;
    press('second', draft.adding || draft.list.length > 0);
    press('scope', !isWhole);
    panel.querySelector('[data-do=scope] span').textContent = isWhole ? 'Whole event' : 'This picture';
    panel.querySelector('[data-do=details]').setAttribute('aria-expanded', String(!details.hidden));
  }

  function press(what, on) {
    for (const b of document.querySelectorAll(`[data-do=${what}]`)) b.setAttribute('aria-pressed', String(on));
  }

  function showSlots() {
    const task = host.task();
    const own = new Set(Object.values(assigned).map((s) => s.taxon));
    const rest = (task?.slots ?? []).filter((s) => !own.has(s.taxon));
    slots = {};
    for (const button of panel.querySelectorAll('[data-slot]')) {
      const digit = button.dataset.slot;
      const slot = assigned[digit] ?? rest.shift();
      button.hidden = !slot;
      if (!slot) continue;
      slots[digit] = slot;
      button.querySelector('span').textContent = slot.name;
    }
  }

  // The scope falls back to the whole event with the next one.
  function show(isNext = true) {
    const task = host.task();
    panel.hidden = !task;
    if (!task) return;
    if (isNext) isWhole = true;
    reset();
    const [first, second] = task.suggestions;
    get('suggested').textContent = task.decided ? `Decided: ${task.decided}`
      : task.suggestions.length ? task.suggestions.map((s) => s.text).join(' \u00b7 ') : 'No suggestion';
    const take = get('take');
    take.disabled = !first;
    take.querySelector('span').textContent = first ? `${first.name}, ${task.captures > 1 ? `all ${pictures(task.captures)}` : '1 picture'}` : 'No suggestion to take';
    for (const button of document.querySelectorAll('[data-take]')) {
      const suggestion = [first, second][button.dataset.take];
      button.hidden = !suggestion;
      if (suggestion) button.textContent = suggestion.name;
    }
    get('question').hidden = !task.question;
    get('question').textContent = task.question ?? '';
    press('favourite', task.isFavourite);
    showSlots();
    showSteps();
  }

  function showSteps() {
    for (const b of document.querySelectorAll('[data-do=undo]')) b.disabled = !done.length;
    for (const b of document.querySelectorAll('[data-do=redo]')) b.disabled = !undone.length;
    get('before').textContent = done.length ? `Before this one: ${done.at(-1).text}` : '';
    sessionStorage.setItem(places.undo, JSON.stringify(done.slice(-stepsMax)));
  }

  function choose(what) {
    if (!host.task()) return;
    const finding = { count: draft.count, sex: draft.sex, lifeStage: draft.lifeStage, behavior: draft.behavior, ...what };
    if (finding.category === 'blank') draft.list = [];
    draft.list.push(finding);
    if (draft.adding && finding.category !== 'blank') {
      draft.adding = false;
      draft.count = 1;
      showDraft();
      return;
    }
    commit();
  }

  const bodyOf = ({ category, taxon, count, sex, lifeStage, behavior, box }) => ({
    category, taxon: taxon || 0, count, sex: sex || null, lifeStage: lifeStage || null, behavior: behavior || null, box: box ?? null,
  });

  // Boxes belong to the picture that they were drawn on; the rest of the event has the findings alone.
  function withBoxes(list, drawn) {
    const named = drawn.map((b) => ({ ...list[Math.min(b.of ?? 0, list.length - 1)], count: 1, box: [b.x, b.y, b.width, b.height] }));
    list.forEach((f, i) => {
      const own = named.filter((_, n) => Math.min(drawn[n].of ?? 0, list.length - 1) === i);
      if (!own.length) named.push({ ...f, box: null });
      else if (f.count > own.length) own[0].count = f.count - own.length + 1;
    });
    return named;
  }

  function commit() {
    const task = host.task();
    const list = draft.list;
    const first = list[0];
    const model = task.suggestions.find((s) => s.category === first.category && (s.taxon || 0) === (first.taxon || 0))?.model ?? 0;
    const base = { seen: task.version, captures: task.captures, model };
    const drawn = first.category === 'blank' ? new Map() : boxes?.drawn(task) ?? new Map();
    const bodies = [];
    if (isWhole) bodies.push({ event: task.event, ...base, findings: list.map(bodyOf) });
    else bodies.push({ capture: host.picture().id, ...base, findings: withBoxes(list, drawn.get(host.picture().id) ?? []).map(bodyOf) });
    if (isWhole) {
      for (const [id, of] of drawn) bodies.push({ capture: id, ...base, findings: withBoxes(list, of).map(bodyOf) });
    }
    const text = `${list.map((f) => (f.count > 1 ? `${f.count} \u00d7 ${f.name}` : f.name)).join(', ')}, ${isWhole ? pictures(task.captures) : 'this picture'}`;
    const step = { event: task.event, text, isWhole, url: `${root}/decisions`, bodies };
    send(step);
    draft = null;
    boxes?.forget(task);
    host.decided(step);
  }

  function send(step) {
    for (const body of step.bodies) {
      body.key = crypto.randomUUID();
      outbox.add(step.url, body, { text: step.text, event: step.event });
    }
    done.push(step);
    if (done.length > stepsMax) done.shift();
    showSteps();
  }

  function undo() {
    const step = done.pop();
    if (!step) return;
    for (const body of [...step.bodies].reverse()) {
      const kept = outbox.entries().find((e) => e.body.key === body.key && e.refused);
      if (kept) outbox.drop(body.key);
      else outbox.add(step.url, { key: crypto.randomUUID(), event: step.event, undoes: body.key }, { text: `Undo: ${step.text}`, event: step.event });
    }
    undone.push(step);
    showSteps();
    host.undone(step);
  }

  function redo() {
    const step = undone.pop();
    if (!step) return;
    send(step);
    host.decided(step);
  }

  const dialog = get('words');
  let written = null;
  function write(title, label, then) {
    get('words-title').textContent = title;
    get('words-label').textContent = label;
    get('words-text').value = '';
    written = then;
    dialog.returnValue = '';
    dialog.showModal();
  }
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === 'send') written(get('words-text').value.trim());
    stage.focus({ preventScroll: true });
  });

  function ask() {
    const task = host.task();
    write('Ask an expert', 'What should they look at?', (text) => {
      const step = { event: task.event, text: 'a question', isWhole: true, url: `${root}/questions`, bodies: [{ event: task.event, text }] };
      send(step);
      host.decided(step);
    });
  }

  function comment() {
    const task = host.task();
    write('Comment', 'What should others know?', (text) => {
      if (!text) return;
      outbox.add(`${root}/comments`, { key: crypto.randomUUID(), event: task.event, capture: isWhole ? null : host.picture().id, text },
        { text: 'a comment', event: task.event });
      host.remarked?.();
    });
  }

  function favourite() {
    const task = host.task();
    task.isFavourite = !task.isFavourite;
    press('favourite', task.isFavourite);
    outbox.add(`${root}/favourites`, { key: crypto.randomUUID(), event: task.event, on: task.isFavourite },
      { text: 'a favourite', event: task.event });
  }

  async function newBox() {
    boxes ??= (await import('./boxes.js')).openBoxes({ ...host, names: () => draft.list.map((f) => f.name) });
    boxes.begin();
  }

  function change(by) {
    draft.count = Math.min(countMax, Math.max(1, draft.count + by));
    showDraft();
  }

  const acts = {
    pick: () => picker.open(),
    more: () => change(1),
    fewer: () => change(-1),
    details() {
      details.hidden = !details.hidden;
      showDraft();
      if (!details.hidden) details.querySelector('select').focus();
    },
    second() {
      draft.adding = !draft.adding;
      showDraft();
    },
    scope() {
      isWhole = !isWhole;
      showDraft();
    },
    box: newBox,
    ask,
    comment,
    favourite,
    undo,
    redo,
  };
  const take = (n) => {
    const suggestion = host.task()?.suggestions[n];
    if (suggestion) choose({ category: suggestion.category, taxon: suggestion.taxon, name: suggestion.name });
  };
  const say = (category) => choose({ category, name: words[category] });
  const byKey = {
    Enter: () => take(0), ' ': acts.pick, '/': acts.pick, 0: () => say('blank'), p: () => say('person'), v: () => say('vehicle'),
    u: () => say('animal'), s: acts.scope, a: acts.second, '+': acts.more, '-': acts.fewer, d: acts.details, n: newBox,
    x: ask, c: comment, f: favourite, undo, redo,
  };

  // A click gives the keys back to the picture; who came by keyboard stays on the button.
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-do],[data-what],[data-slot],[data-take],#take');
    if (!button || (!host.task() && !['undo', 'redo'].includes(button.dataset.do))) return;
    const { do: act, what, slot, take: nth } = button.dataset;
    if (act) acts[act]();
    else if (what) say(what);
    else if (slot) choose({ category: 'animal', ...slots[slot] });
    else take(Number(nth ?? 0));
    if (event.detail > 0 && act !== 'details' && !document.querySelector('dialog[open]')) stage.focus({ preventScroll: true });
  });
  details.addEventListener('input', (event) => { draft[event.target.name] = event.target.value; });
  details.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' && event.key !== 'Enter') return;
    event.preventDefault();
    stage.focus({ preventScroll: true });
  });

  function showSaved({ waiting, refused: all, signedOut }) {
    refused = all;
    const saved = get('saved');
    saved.setAttribute('aria-live', all.length ? 'assertive' : 'polite');
    saved.textContent = all.length ? `${all.length} could not be saved: ${all[0].refused.text}`
      : waiting === 0 ? 'All saved' : signedOut ? `${waiting} waiting: sign in again to send` : `${waiting} waiting`;
    saved.classList.toggle('bad', all.length > 0);
    get('see').hidden = !all.length;
  }

  const conflict = get('conflict');
  function see() {
    const entry = refused[0];
    if (!entry) return;
    const { by, at, said, text } = entry.refused;
    get('conflict-title').textContent = by ? 'Two decisions on one event' : 'This could not be saved';
    get('conflict-where').textContent = by ? '' : text;
    get('theirs-by').textContent = by ? `${by}, ${at}` : 'What stands';
    get('theirs').textContent = said ?? 'Nothing of it was saved.';
    get('mine').textContent = entry.text;
    get('keep').textContent = by ? `Keep ${by}\u2019s` : 'Leave it so';
    get('put').hidden = !by;
    get('keep').onclick = () => settle(() => outbox.drop(entry.body.key));
    get('put').onclick = () => settle(() => outbox.insist(entry.body.key));
    if (!conflict.open) conflict.showModal();
  }
  function settle(how) {
    how();
    conflict.close();
    stage.focus({ preventScroll: true });
  }
  get('see').addEventListener('click', see);
  outbox.send();

  return {
    show,
    outbox,
    drawn: () => boxes?.render(),
    find(name) {
      if (name !== 'undo' && name !== 'redo' && !host.task()) return undefined;
      if (/^[1-9]$/.test(name)) return slots[name] ? () => choose({ category: 'animal', ...slots[name] }) : undefined;
      if (name === 'Escape' && boxes?.isDrawing()) return boxes.end;
      if (name === 'Escape' && draft && (draft.adding || draft.list.length)) return () => { reset(); };
      return boxes?.find(name) ?? byKey[name];
    },
  };
}

// On the page of one picture: what is said there is read again once it is saved.
export function openOnPicture() {
  const page = get('picture');
  const { id, event } = page.dataset;
  const { root } = get('decide').dataset;
  let task = null;
  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const part of ['said', 'boxes', 'history', 'remarks']) {
      const own = get(part);
      const other = fresh.getElementById(part);
      if (own && other) own.replaceWith(other);
    }
  };
  const read = async () => {
    const answer = await fetch(`${root}/review/tasks/${event}`);
    if (!answer.ok) return;
    task = await answer.json();
    panel.show();
  };
  const panel = openPanel({
    task: () => task,
    picture: () => task.pictures.find((p) => p.id === id) ?? task.pictures[0],
    decided: () => panel.show(),
    undone: () => panel.show(),
    async saved() {
      if (panel.outbox.entries().length) return;
      await refresh();
      await read();
    },
    again: read,
  });
  read();
  return panel;
}
