// Shows what the hub pushes to this browser. It keeps no pages and no pictures.
self.addEventListener('push', event => {
  let told;
  try {
    told = event.data.json();
  } catch {
    told = { title: 'WildCam', body: '', url: '/' };
  }
  event.waitUntil(self.registration.showNotification(told.title, {
    body: told.body, tag: told.tag, icon: '/mark.svg', data: { url: told.url },
  }));
});

self.addEventListener('notificationclick', event => {
  event.notification.close();
  // The hub may be reached under another name than the one its messages hold: only the path counts.
  const asked = new URL(event.notification.data.url, self.location.origin);
  const url = self.location.origin + asked.pathname + asked.search;
  event.waitUntil(self.clients.matchAll({ type: 'window' }).then(windows => {
    const open = windows.find(w => w.url === url);
    return open ? open.focus() : self.clients.openWindow(url);
  }));
});
