// Boxes by hand: drawn in any of the four directions, by mouse, touch or pen; moved and resized by handles, arrow keys
// or number fields. They wait on their picture and go with the next decision.
import { canvas, drawBox, element, layer, point, size, stage } from './stage.js';

const sideMin = 0.004;
const handle = { nw: [0, 0], n: [0.5, 0], ne: [1, 0], e: [1, 0.5], se: [1, 1], s: [0.5, 1], sw: [0, 1], w: [0, 0.5] };
const fields = document.getElementById('box-fields');

export function openBoxes(host) {
  const byPicture = new Map(); // Picture id: its boxes, in 0-1.
  let drawing = false;
  let drag = null;

  const own = () => {
    const id = host.picture()?.id;
    if (!byPicture.has(id)) byPicture.set(id, []);
    return byPicture.get(id);
  };
  const clamp = (v, least, most) => Math.min(most, Math.max(least, v));

  function render(focus) {
    for (const old of layer.querySelectorAll('.mine')) old.remove();
    const { width, height } = size();
    own().forEach((box, i) => {
      const drawn = drawBox({ ...box, category: 'animal', mark: 'sure mine', label: `Box ${i + 1}` });
      drawn.dataset.n = i;
      drawn.setAttribute('aria-label', `Box ${i + 1}: arrows move it, with Shift they resize it, Delete removes it`);
      for (const [name, [fx, fy]] of Object.entries(handle)) {
        const r = 8 * width / 800;
        const grip = element('circle', { class: 'grip', cx: (box.x + fx * box.width) * width, cy: (box.y + fy * box.height) * height, r });
        grip.dataset.side = name;
        drawn.append(grip);
      }
      layer.append(drawn);
      if (focus === i) drawn.focus({ preventScroll: true });
    });
    list();
  }

  // The same by numbers, in pixels of the picture.
  function list() {
    const { width, height } = size();
    fields.hidden = own().length === 0;
    fields.replaceChildren(...own().map((box, i) => {
      const row = document.createElement('fieldset');
      const legend = document.createElement('legend');
      legend.textContent = `Box ${i + 1}`;
      row.append(legend);
      for (const [key, word, of] of [['x', 'Left', width], ['y', 'Top', height], ['width', 'Width', width], ['height', 'Height', height]]) {
        const label = document.createElement('label');
        const input = Object.assign(document.createElement('input'), { type: 'number', min: 0, max: of, value: Math.round(box[key] * of) });
        input.addEventListener('change', () => {
          place(box, { ...box, [key]: clamp(Number(input.value) / of, 0, 1) });
          render();
        });
        label.append(word, input);
        row.append(label);
      }
      const names = host.names();
      if (names.length > 1) {
        const label = document.createElement('label');
        const select = document.createElement('select');
        names.forEach((name, n) => select.append(new Option(name, n, n === (box.of ?? 0), n === (box.of ?? 0))));
        select.addEventListener('change', () => { box.of = Number(select.value); });
        label.append('Shows', select);
        row.append(label);
      }
      const remove = Object.assign(document.createElement('button'), { type: 'button', className: 'button', textContent: 'Remove' });
      remove.addEventListener('click', () => drop(i));
      row.append(remove);
      return row;
    }));
  }

  function place(box, to) {
    box.width = clamp(to.width, sideMin, 1);
    box.height = clamp(to.height, sideMin, 1);
    box.x = clamp(to.x, 0, 1 - box.width);
    box.y = clamp(to.y, 0, 1 - box.height);
  }

  function drop(i) {
    own().splice(i, 1);
    render();
    stage.focus({ preventScroll: true });
  }

  function end() {
    drawing = false;
    stage.classList.remove('drawing');
    document.querySelector('[data-do=box]').setAttribute('aria-pressed', 'false');
  }

  const share = (event) => {
    const [x, y] = point(event);
    const { width, height } = size();
    return [clamp(x / width, 0, 1), clamp(y / height, 0, 1)];
  };
  const between = ([ax, ay], [bx, by]) => ({ x: Math.min(ax, bx), y: Math.min(ay, by), width: Math.abs(ax - bx), height: Math.abs(ay - by) });

  // Before the stage's own handling, which pans.
  stage.addEventListener('pointerdown', (event) => {
    const grip = event.target.closest('.grip');
    const mine = event.target.closest('.mine');
    if (!drawing && !mine) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    const start = share(event);
    if (drawing) {
      const box = { x: start[0], y: start[1], width: 0, height: 0 };
      own().push(box);
      drag = { box, fixed: start, n: own().length - 1, isNew: true };
      return;
    }
    const box = own()[Number(mine.dataset.n)];
    drag = { box, start, from: { ...box }, side: grip?.dataset.side, n: Number(mine.dataset.n) };
    mine.focus({ preventScroll: true });
  }, true);
  stage.addEventListener('pointermove', (event) => {
    if (!drag) return;
    event.stopImmediatePropagation();
    const now = share(event);
    if (drag.isNew) {
      Object.assign(drag.box, between(drag.fixed, now));
    } else if (drag.side) {
      const { x, y, width, height } = drag.from;
      const left = drag.side.includes('w') ? now[0] : x;
      const right = drag.side.includes('e') ? now[0] : x + width;
      const top = drag.side.includes('n') ? now[1] : y;
      const bottom = drag.side.includes('s') ? now[1] : y + height;
      place(drag.box, between([left, top], [right, bottom]));
    } else {
      place(drag.box, { ...drag.from, x: drag.from.x + now[0] - drag.start[0], y: drag.from.y + now[1] - drag.start[1] });
    }
    render();
  }, true);
  const lift = (event) => {
    if (!drag) return;
    event.stopImmediatePropagation();
    const { box, n, isNew } = drag;
    drag = null;
    // A tap is no box.
    if (isNew && (box.width < sideMin || box.height < sideMin)) own().pop();
    if (isNew) end();
    render(own()[n] ? n : undefined);
  };
  stage.addEventListener('pointerup', lift, true);
  stage.addEventListener('pointercancel', lift, true);

  function focused() {
    const n = document.activeElement?.closest?.('.mine')?.dataset.n;
    return n === undefined ? null : own()[Number(n)];
  }

  function nudge(key, grow) {
    const box = focused();
    const { width, height } = size();
    const dx = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
    const dy = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
    place(box, grow
      ? { ...box, width: box.width + dx / width, height: box.height + dy / height }
      : { ...box, x: box.x + dx / width, y: box.y + dy / height });
    render(own().indexOf(box));
  }

  canvas.addEventListener('keydown', (event) => {
    const box = focused();
    if (!box) return;
    if (event.key.startsWith('Arrow')) nudge(event.key, event.shiftKey);
    else if (event.key === 'Delete' || event.key === 'Backspace') drop(own().indexOf(box));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    // N begins; N or Enter again places one in the middle, for who has no pointer. On a box that is there it takes it up.
    begin() {
      const there = document.activeElement?.closest?.('.box:not(.mine)');
      if (there) {
        const { width, height } = size();
        const [x, y, w, h] = ['x', 'y', 'w', 'h'].map((key) => Number(there.dataset[key]));
        own().push({ x: x / width, y: y / height, width: w / width, height: h / height });
        there.remove();
        end();
        render(own().length - 1);
        return;
      }
      if (drawing) {
        own().push({ x: 0.35, y: 0.35, width: 0.3, height: 0.3 });
        end();
        render(own().length - 1);
        return;
      }
      drawing = true;
      stage.classList.add('drawing');
      stage.classList.remove('no-boxes');
      document.querySelector('[data-do=box]').setAttribute('aria-pressed', 'true');
    },
    end,
    isDrawing: () => drawing,
    find(name) {
      return drawing && name === 'Enter' ? () => this.begin() : undefined;
    },
    render,
    drawn: (task) => new Map(task.pictures.filter((p) => byPicture.get(p.id)?.length).map((p) => [p.id, byPicture.get(p.id)])),
    forget(task) {
      for (const p of task.pictures) byPicture.delete(p.id);
      fields.hidden = true;
    },
  };
}
