// The picture page: the stage, the event's strip, and the way back. Moving on replaces our entry of the history, so
// that one Back returns. Who decides does so here as in review.
import { canvas, fit, isZoomed, keys, listenKeys, looking, openStage, stage, zooming } from './stage.js';

const back = document.getElementById('back');
const panel = document.getElementById('decide');

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
  const strip = (step) => {
    const shown = current?.parentElement;
    const next = step < 0 ? shown?.previousElementSibling : shown?.nextElementSibling;
    next?.querySelector('a').click();
  };
  const event = (id) => () => document.getElementById(id)?.click();
  const actions = {
    ...looking,
    ...(panel ? {} : zooming),
    ArrowLeft: () => strip(-1),
    ArrowRight: () => strip(1),
    ArrowUp: event('event-newer'),
    ArrowDown: event('event-older'),
    k: event('event-newer'),
    j: event('event-older'),
    Escape: () => (isZoomed() ? fit() : back.click()),
  };
  openStage(strip);
  let decide = null;
  if (panel) import('./decide.js').then((module) => { decide = module.openOnPicture(); });
  listenKeys((name, key) => decide?.find(name, key) ?? actions[name]);
  if (!keys.open) stage.focus({ preventScroll: true });
}
