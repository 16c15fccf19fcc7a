// The species picker: by accepted name, every common name, synonym or code; the site's own first, then the project's
// list, then what other lists know, which is taken only by adding it to the project's.
const shownMax = 30;
const get = (id) => document.getElementById(id);
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

export function openPicker(root, { first, choose, assign }) {
  const dialog = get('picker');
  const input = get('picker-text');
  const list = get('picker-list');
  let species = null;
  let others = [];
  let found = [];
  let active = 0;
  let asked = 0;

  async function load() {
    const answer = await fetch(`${root}/picker`);
    if (!answer.ok) return;
    species = (await answer.json()).map((s) => ({
      ...s, words: [s.name, s.scientificName, ...s.otherNames].filter(Boolean).map(plain), short: plain(s.code ?? ''),
    }));
  }
  const loading = load();

  // Lower is better; none: no match.
  function rank(s, text) {
    if (s.short === text) return 0;
    if (s.words.some((w) => w.startsWith(text))) return 1;
    if (s.words.some((w) => w.split(/[\s-]/).some((part) => part.startsWith(text)))) return 2;
    return s.words.some((w) => w.includes(text)) || (s.short && s.short.startsWith(text)) ? 3 : null;
  }

  function filter() {
    const text = plain(input.value.trim());
    const own = new Map(first().map((id, i) => [id, i]));
    found = (species ?? []).map((s) => ({ s, r: text ? rank(s, text) : 1 })).filter((x) => x.r !== null)
      .sort((a, b) => a.r - b.r || (own.get(a.s.id) ?? 99) - (own.get(b.s.id) ?? 99)).slice(0, shownMax).map((x) => x.s);
    const known = new Set((species ?? []).map((s) => s.id));
    for (const s of others) if (!known.has(s.id)) found.push({ ...s, isNew: true });
    const typed = input.value.trim();
    if (/^[A-Z][a-z]+ [a-z]+( [a-z]+)?$/.test(typed) && !found.some((s) => s.scientificName === typed)) {
      found.push({ scientificName: typed, isNew: true });
    }
    active = 0;
    draw();
  }

  function draw() {
    list.replaceChildren(...found.map((s, i) => {
      const item = document.createElement('li');
      item.id = `pick-${i}`;
      item.setAttribute('role', 'option');
      item.setAttribute('aria-selected', String(i === active));
      const latin = document.createElement('i');
      latin.lang = 'la';
      latin.textContent = s.scientificName;
      item.append(s.name ? `${s.name} ` : '', latin, s.code ? ` ${s.code}` : '', s.isNew ? ' \u2014 add to the project list' : '');
      item.onclick = () => take(i);
      return item;
    }));
    if (!found.length && species) {
      const none = document.createElement('li');
      none.className = 'none';
      none.textContent = 'No such species. Write the scientific name to add it, as in Vulpes vulpes.';
      list.append(none);
    }
    input.setAttribute('aria-activedescendant', found.length ? `pick-${active}` : '');
    list.children[active]?.scrollIntoView({ block: 'nearest' });
  }

  async function ask() {
    const text = input.value.trim();
    const mine = ++asked;
    others = [];
    if (text.length < 2) return;
    const answer = await fetch(`${root}/picker/others?q=${encodeURIComponent(text)}`).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    others = await answer.json();
    const kept = active;
    filter();
    active = Math.min(kept, found.length - 1);
    draw();
  }

  async function take(i) {
    let chosen = found[i];
    if (!chosen) return;
    if (chosen.isNew) {
      const answer = await fetch(`${root}/picker/add`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ scientificName: chosen.scientificName }),
      }).catch(() => null);
      if (!answer?.ok) {
        list.replaceChildren(Object.assign(document.createElement('li'), {
          className: 'none', textContent: 'It could not be added to the list: the hub did not answer. Try again.',
        }));
        return;
      }
      chosen = await answer.json();
      await load();
    }
    dialog.close();
    choose(chosen);
  }

  let timer = 0;
  input.addEventListener('input', () => {
    filter();
    clearTimeout(timer);
    timer = setTimeout(ask, 200);
  });
  input.addEventListener('keydown', (event) => {
    const digit = /^Digit([1-9])$/.exec(event.code);
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      active = Math.max(0, Math.min(found.length - 1, active + (event.key === 'ArrowDown' ? 1 : -1)));
      draw();
    } else if (event.key === 'Enter') {
      take(active);
    } else if (event.altKey && digit && found[active] && !found[active].isNew) {
      assign(found[active], digit[1]);
      dialog.close();
    } else {
      return;
    }
    event.preventDefault();
  });
  dialog.addEventListener('close', () => get('stage')?.focus({ preventScroll: true }));

  return {
    async open() {
      input.value = '';
      others = [];
      filter();
      dialog.showModal();
      input.focus();
      await loading;
      if (dialog.open && !input.value) filter();
    },
  };
}
