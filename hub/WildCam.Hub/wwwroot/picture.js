// The picture page: zoom, boxes, keys. Moving on replaces our entry of the history, so that one Back returns.
const stage = document.getElementById('stage');
const canvas = document.getElementById('canvas');
const image = document.getElementById('image');
const toggle = document.getElementById('boxes-toggle');
const lighten = document.getElementById('lighten');
const output = document.getElementById('zoom');
const keys = document.getElementById('keys');
const back = document.getElementById('back');
const scaleMax = 12;

for (const link of document.querySelectorAll('a[data-replace]')) {
  link.addEventListener('click', (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    location.replace(link.href);
  });
}

// Our arrow and the browser's Back are one way.
back.addEventListener('click', (event) => {
  if (sessionStorage.getItem('wildcam-from') === '1' && history.length > 1) {
    event.preventDefault();
    sessionStorage.removeItem('wildcam-from');
    history.back();
  }
});
const current = document.querySelector('.strip [aria-current]');
if (current) {
  // Only the strip moves, never the page.
  const strip = current.closest('.strip');
  strip.scrollLeft = current.offsetLeft - strip.offsetLeft - (strip.clientWidth - current.clientWidth) / 2;
}

if (canvas) {
  const width = canvas.viewBox.baseVal.width;
  const height = canvas.viewBox.baseVal.height;
  let view = { x: 0, y: 0, scale: 1 };

  const show = () => {
    const w = width / view.scale;
    const h = height / view.scale;
    view.x = Math.min(Math.max(view.x, 0), width - w);
    view.y = Math.min(Math.max(view.y, 0), height - h);
    canvas.setAttribute('viewBox', `${view.x} ${view.y} ${w} ${h}`);
    output.textContent = `${Math.round(view.scale * 100)} %`;
    if (view.scale > 1 && image.dataset.large) large();
  };

  // The sharper file is shown once it has come, never an empty stage meanwhile.
  function large() {
    const address = image.dataset.large;
    delete image.dataset.large;
    const loader = new Image();
    loader.onload = () => image.setAttribute('href', address);
    loader.src = address;
  }

  const zoom = (factor, x = view.x + width / view.scale / 2, y = view.y + height / view.scale / 2) => {
    const scale = Math.min(scaleMax, Math.max(1, view.scale * factor));
    view.x = x - (x - view.x) * view.scale / scale;
    view.y = y - (y - view.y) * view.scale / scale;
    view.scale = scale;
    show();
  };
  const fit = () => {
    view = { x: 0, y: 0, scale: 1 };
    show();
  };
  const toAnimal = () => {
    const box = document.querySelector('.box');
    if (!box || view.scale > 1) {
      fit();
      return;
    }
    const { x, y, w, h } = Object.fromEntries(Object.entries(box.dataset).map(([k, v]) => [k, Number(v)]));
    const scale = Math.min(scaleMax, Math.max(1.5, Math.min(width / w, height / h) / 2));
    view = { x: x + w / 2 - width / scale / 2, y: y + h / 2 - height / scale / 2, scale };
    show();
  };
  const point = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(canvas.getScreenCTM().inverse());
    return [at.x, at.y];
  };

  const pointers = new Map();
  let pinch = 0;
  stage.addEventListener('pointerdown', (event) => {
    pointers.set(event.pointerId, event);
    if (view.scale > 1 || pointers.size > 1) stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    pointers.set(event.pointerId, event);
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()];
      const now = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
      if (pinch) zoom(now / pinch, ...point({ clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 }));
      pinch = now;
    } else if (view.scale > 1) {
      const unit = canvas.getScreenCTM().a;
      view.x -= (event.clientX - before.clientX) / unit;
      view.y -= (event.clientY - before.clientY) / unit;
      show();
    }
  });
  const lift = (event) => {
    pointers.delete(event.pointerId);
    pinch = 0;
  };
  stage.addEventListener('pointerup', lift);
  stage.addEventListener('pointercancel', lift);
  stage.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && view.scale === 1) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, ...point(event));
  }, { passive: false });
  stage.addEventListener('dblclick', (event) => (view.scale > 1 ? fit() : zoom(2.5, ...point(event))));

  const setBoxes = (on) => {
    stage.classList.toggle('no-boxes', !on);
    toggle.setAttribute('aria-pressed', String(on));
  };
  const setLight = () => {
    const on = stage.classList.toggle('lighten');
    lighten.setAttribute('aria-pressed', String(on));
  };
  toggle.addEventListener('click', () => setBoxes(stage.classList.contains('no-boxes')));
  lighten.addEventListener('click', setLight);
  document.getElementById('zoom-in').addEventListener('click', () => zoom(1.5));
  document.getElementById('zoom-out').addEventListener('click', () => zoom(1 / 1.5));
  document.getElementById('fit').addEventListener('click', fit);
  document.getElementById('keys-button').addEventListener('click', () => keys.showModal());

  let held = 0;
  const typing = (event) => event.target.closest('input,select,textarea,dialog') || event.ctrlKey || event.metaKey || event.altKey;
  const strip = (step) => {
    const current = document.querySelector('.strip [aria-current]')?.parentElement;
    const next = step < 0 ? current?.previousElementSibling : current?.nextElementSibling;
    next?.querySelector('a').click();
  };
  const actions = {
    ArrowLeft: () => strip(-1),
    ArrowRight: () => strip(1),
    ArrowUp: () => document.getElementById('event-newer')?.click(),
    ArrowDown: () => document.getElementById('event-older')?.click(),
    k: () => document.getElementById('event-newer')?.click(),
    j: () => document.getElementById('event-older')?.click(),
    l: setLight,
    z: toAnimal,
    '+': () => zoom(1.5),
    '-': () => zoom(1 / 1.5),
    '?': () => keys.showModal(),
    Escape: () => (view.scale > 1 ? fit() : back.click()),
  };
  document.addEventListener('keydown', (event) => {
    if (typing(event)) return;
    // Single letters work on the picture only, so that speech input elsewhere triggers nothing (WCAG 2.1.4).
    const onStage = stage.contains(document.activeElement) || document.activeElement === document.body;
    if (!onStage && event.key !== 'Escape') return;
    if (event.key.toLowerCase() === 'b') {
      if (!event.repeat) {
        held = Date.now();
        setBoxes(stage.classList.contains('no-boxes'));
      }
      return;
    }
    const action = actions[event.key] ?? actions[event.key.toLowerCase()];
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
  stage.focus({ preventScroll: true });
}
