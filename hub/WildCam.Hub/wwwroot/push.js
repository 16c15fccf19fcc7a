// Asks this browser's push service for an address at which the hub may tell it, once somebody asked for that.
const button = document.getElementById('push');
const note = document.getElementById('push-note');

const bytes = text => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0));
const same = (a, b) => a && a.byteLength === b.byteLength && new Uint8Array(a).every((x, i) => x === b[i]);
const hex = buffer => Array.from(new Uint8Array(buffer), b => b.toString(16).padStart(2, '0')).join('');

async function rowOf(subscription) {
  const hash = hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(subscription.endpoint)));
  return document.querySelector(`[data-browser="${hash}"]`);
}

// What the hub has of this browser is marked, and renewed where its key changed; else the button is offered.
async function look() {
  const registration = await navigator.serviceWorker.getRegistration('/');
  const subscription = await registration?.pushManager.getSubscription();
  const row = subscription && await rowOf(subscription);
  if (row && same(subscription.options.applicationServerKey, bytes(button.dataset.key))) {
    row.querySelector('strong').hidden = false;
  } else {
    button.hidden = false;
  }
}

async function ask() {
  button.disabled = true;
  try {
    if (await Notification.requestPermission() !== 'granted') {
      note.textContent = 'This browser does not allow notifications of this page. Its settings can.';
      return;
    }
    const registration = await navigator.serviceWorker.register('/push-worker.js');
    await navigator.serviceWorker.ready;
    const key = bytes(button.dataset.key);
    let subscription = await registration.pushManager.getSubscription();
    if (subscription && !same(subscription.options.applicationServerKey, key)) {
      await subscription.unsubscribe();
      subscription = null;
    }
    subscription ??= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const { endpoint, keys } = subscription.toJSON();
    const answer = await fetch(button.dataset.to, {
      method: 'POST', body: new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth }),
    });
    if (answer.ok) location.assign(location.pathname);
    else note.textContent = await answer.text();
  } catch (fault) {
    note.textContent = `This browser could not be asked to listen: ${fault.message}`;
  } finally {
    button.disabled = false;
  }
}

if ('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window) {
  button.addEventListener('click', ask);
  look();
} else {
  note.textContent = 'This browser takes no push messages, or the page was not opened over https.';
}
