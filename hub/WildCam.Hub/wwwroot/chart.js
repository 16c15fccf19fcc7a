// Saves a chart as a PNG: the browser paints the SVG that the server draws, twice as large as it is shown.
const button = document.getElementById('png');
const scale = 2;

async function save() {
  const picture = new Image();
  picture.src = button.dataset.svg;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.naturalWidth * scale;
  canvas.height = picture.naturalHeight * scale;
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  canvas.toBlob(blob => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = button.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
  }, 'image/png');
}

if (button) {
  button.hidden = false;
  button.addEventListener('click', save);
}
