// The stage: one picture with its boxes, zoom and light. Its keys work on the picture, or everywhere once switched on.
const svgNs = 'http://www.w3.org/2000/svg';
const scaleMax = 12;
const everywhere = 'wildcam-keys-everywhere';
const get = (id) => document.getElementById(id);
export const stage = get('stage');
export const canvas = get('canvas');
export const layer = get('boxes');
const image = get('image');
const output = get('zoom');
const toggle = get('boxes-toggle');
const lighten = get('lighten');
export const keys = get('keys');
let width = canvas?.viewBox.baseVal.width;
let height = canvas?.viewBox.baseVal.height;
let view = { x: 0, y: 0, scale: 1 };
let large = image?.dataset.large;
export const size = () => ({ width, height });

export function element(name, attributes, ...children) {
  const made = document.createElementNS(svgNs, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function render() {
  const w = width / view.scale;
  const h = height / view.scale;
  view.x = Math.min(Math.max(view.x, 0), width - w);
  view.y = Math.min(Math.max(view.y, 0), height - h);
  canvas.setAttribute('viewBox', `${view.x} ${view.y} ${w} ${h}`);
  output.textContent = `${Math.round(view.scale * 100)} %`;
  if (view.scale > 1 && large) {
    // The sharper file is shown once it has come, never an empty stage meanwhile.
    const address = large;
    const loader = new Image();
    large = null;
    loader.onload = () => { if (loader.src.endsWith(address) && image.dataset.of === address) image.setAttribute('href', address); };
    image.dataset.of = address;
    loader.src = address;
  }
}

// A picture as review has it: { middle, large, width, height, boxes }.
export function showPicture(picture, label) {
  width = picture.width;
  height = picture.height;
  large = picture.large;
  delete image.dataset.of;
  image.setAttribute('width', width);
  image.setAttribute('height', height);
  if (picture.middle) image.setAttribute('href', picture.middle);
  else image.removeAttribute('href');
  canvas.setAttribute('aria-label', label);
  layer.replaceChildren(...picture.boxes.map(drawBox));
  fit();
}

// As Box.razor draws it: casing, line, and a label outside.
export function drawBox(box) {
  const unit = width / 800;
  const [x, y, w, h] = [box.x * width, box.y * height, box.width * width, box.height * height];
  const lh = 22 * unit;
  const lw = (box.label.length * 8.8 + 32) * unit;
  const lx = Math.max(0, Math.min(x, width - lw));
  const ly = y - lh - 3 * unit >= 0 ? y - lh - 3 * unit : y + h + lh + 3 * unit <= height ? y + h + 3 * unit : y + 3 * unit;
  const rect = (name) => element('rect', { class: name, x, y, width: w, height: h });
  const text = element('text', { x: lx + 25 * unit, y: ly + 15.5 * unit, 'font-size': 12.5 * unit }, box.label);
  const icon = element('svg', { x: lx + 5 * unit, y: ly + 3 * unit, width: 16 * unit, height: 16 * unit },
    element('use', { href: `/icons.svg#${box.category}` }));
  const group = element('g', { class: `box b-${box.category} ${box.mark}`, tabindex: 0, role: 'img', 'aria-label': box.label },
    rect('case'), rect('line'),
    element('g', { class: 'label' }, element('rect', { x: lx, y: ly, width: lw, height: lh, rx: 3 * unit }), icon, text));
  Object.assign(group.dataset, { x, y, w, h });
  return group;
}

function zoom(factor, x = view.x + width / view.scale / 2, y = view.y + height / view.scale / 2) {
  const scale = Math.min(scaleMax, Math.max(1, view.scale * factor));
  view.x = x - (x - view.x) * view.scale / scale;
  view.y = y - (y - view.y) * view.scale / scale;
  view.scale = scale;
  render();
}

export function fit() {
  view = { x: 0, y: 0, scale: 1 };
  render();
}

export const isZoomed = () => view.scale > 1;

function toAnimal() {
  const box = layer.querySelector('.box');
  if (!box || view.scale > 1) {
    fit();
    return;
  }
  const { x, y, w, h } = Object.fromEntries(Object.entries(box.dataset).map(([k, v]) => [k, Number(v)]));
  const scale = Math.min(scaleMax, Math.max(1.5, Math.min(width / w, height / h) / 2));
  view = { x: x + w / 2 - width / scale / 2, y: y + h / 2 - height / scale / 2, scale };
  render();
}

// Where on the picture, in its own pixels.
export function point(event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(canvas.getScreenCTM().inverse());
  return [at.x, at.y];
}

function setBoxes(on) {
  stage.classList.toggle('no-boxes', !on);
  toggle.setAttribute('aria-pressed', String(on));
}

function setLight() {
  lighten.setAttribute('aria-pressed', String(stage.classList.toggle('lighten')));
}

const pointers = new Map();
let pinch = 0;
let from = null;

// Swiping moves between pictures and never decides.
export function openStage(swipe) {
  stage.addEventListener('pointerdown', (event) => {
    pointers.set(event.pointerId, event);
    from = event;
    if (view.scale > 1 || pointers.size > 1) stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (!before || stage.classList.contains('drawing')) return;
    pointers.set(event.pointerId, event);
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()];
      const now = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
      if (pinch) zoom(now / pinch, ...point({ clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 }));
      pinch = now;
      from = null;
    } else if (view.scale > 1) {
      const unit = canvas.getScreenCTM().a;
      view.x -= (event.clientX - before.clientX) / unit;
      view.y -= (event.clientY - before.clientY) / unit;
      render();
    }
  });
  const lift = (event) => {
    pointers.delete(event.pointerId);
    pinch = 0;
    const far = from && event.type === 'pointerup' ? event.clientX - from.clientX : 0;
    if (event.pointerType === 'touch' && view.scale === 1 && !stage.classList.contains('drawing')
      && Math.abs(far) > 60 && Math.abs(event.clientY - from.clientY) < 40) swipe(far < 0 ? 1 : -1);
    from = null;
  };
  stage.addEventListener('pointerup', lift);
  stage.addEventListener('pointercancel', lift);
  stage.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && view.scale === 1) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, ...point(event));
  }, { passive: false });
  stage.addEventListener('dblclick', (event) => {
    if (!stage.classList.contains('drawing')) view.scale > 1 ? fit() : zoom(2.5, ...point(event));
  });
  toggle.addEventListener('click', () => setBoxes(stage.classList.contains('no-boxes')));
  lighten.addEventListener('click', setLight);
  get('zoom-in').addEventListener('click', () => zoom(1.5));
  get('zoom-out').addEventListener('click', () => zoom(1 / 1.5));
  get('fit').addEventListener('click', fit);
  get('keys-button').addEventListener('click', () => keys.showModal());
  const box = get('keys-everywhere');
  box.checked = localStorage.getItem(everywhere) === '1';
  box.addEventListener('change', () => localStorage.setItem(everywhere, box.checked ? '1' : '0'));
}

export const looking = { l: setLight, z: toAnimal, '?': () => keys.showModal() };
export const zooming = { '+': () => zoom(1.5), '-': () => zoom(1 / 1.5) };

// Digits go by the key's place, since some layouts shift them; the rest by what the key writes.
export function nameOf(event) {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  if (digit && (!event.shiftKey || /^\d$/.test(event.key))) return digit[1];
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

// Single letters work on the picture only, so that speech input elsewhere triggers nothing (WCAG 2.1.4).
export function listenKeys(find) {
  let held = 0;
  const isTyping = (event) => event.target.closest('input,select,textarea,dialog');
  document.addEventListener('keydown', (event) => {
    if (isTyping(event) || event.altKey || event.defaultPrevented) return;
    const name = nameOf(event);
    const undo = (event.ctrlKey || event.metaKey) && name === 'z';
    if ((event.ctrlKey || event.metaKey) && !undo) return;
    const active = document.activeElement;
    const onStage = stage.contains(active) || active === document.body || localStorage.getItem(everywhere) === '1';
    if (!onStage && name !== 'Escape' && !undo) return;
    // A focused button or link keeps its own keys.
    if (!stage.contains(active) && active !== document.body && (name === 'Enter' || name === ' ')) return;
    if (name === 'b') {
      if (!event.repeat) {
        held = Date.now();
        setBoxes(stage.classList.contains('no-boxes'));
      }
      return;
    }
    const action = find(undo ? (event.shiftKey ? 'redo' : 'undo') : name, event);
    if (action) {
      event.preventDefault();
      action();
    }
  });
  // A long press hides only while it lasts.
  document.addEventListener('keyup', (event) => {
    if (event.key.toLowerCase() === 'b' && held && Date.now() - held > 400) setBoxes(true);
    held = 0;
  });
}

// Plays the pictures of an event at three a second; never with data saving or reduced motion on.
let playing = 0;
export function play(step, count) {
  clearInterval(playing);
  if (playing) {
    playing = 0;
    return;
  }
  if (count < 2 || navigator.connection?.saveData || matchMedia('(prefers-reduced-motion:reduce)').matches) return;
  let left = count;
  playing = setInterval(() => {
    step();
    left -= 1;
    if (left <= 0) play();
  }, 333);
}
