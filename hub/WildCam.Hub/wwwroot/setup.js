// Proposes the browser's time zone for the project.
const zone = document.getElementById('zone');
if (zone.value === 'UTC') zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
