// Sends files piece by piece: the next piece leaves when the server has written the last one, so that neither side
// holds more than one piece of a file, however large it is.
const STYLE = `
  .upload { border: 1.5px dashed var(--line); border-radius: 8px; padding: 14px 16px; color: var(--text);
            font: 0.875rem/1.4 Roboto, Helvetica, Arial, sans-serif; display: flex; gap: 12px; align-items: center; }
  .upload.over { border-color: var(--accent); }
  .upload button { font: inherit; font-weight: 500; color: var(--accent); background: none; padding: 5px 12px;
                   border: 1px solid var(--accent); border-radius: 4px; cursor: pointer; }
  .upload button:disabled { opacity: 0.5; cursor: default; }
  .upload .words { flex: 1; overflow-wrap: anywhere; }
  .upload progress { width: 140px; accent-color: var(--accent); }
  .upload input { display: none; }
`;

export function render({ model, el }) {
  const style = document.createElement("style");
  style.textContent = STYLE;
  const place = document.createElement("div");
  place.className = "upload";
  place.innerHTML = `<button type="button">Choose files</button><span class="words" role="status"></span>
    <progress max="1" hidden aria-label="Upload"></progress><button type="button" hidden>Stop</button>
    <input type="file" multiple aria-label="Files to upload">`;
  el.append(style, place);
  const [choose, stop] = place.querySelectorAll("button");
  const words = place.querySelector(".words"), bar = place.querySelector("progress"), input = place.querySelector("input");
  let files = null, sent = 0, total = 0;

  const colours = () => {
    for (const [name, value] of Object.entries(model.colours)) place.style.setProperty("--" + name, value);
  };
  const rest = (text) => {
    files = null;
    bar.hidden = stop.hidden = true;
    choose.disabled = false;
    input.value = "";
    words.textContent = text;
  };
  const begin = (list) => {
    if (files || !list.length) return;
    files = Array.from(list);
    [sent, total] = [0, files.reduce((sum, file) => sum + file.size, 0)];
    choose.disabled = true;
    bar.hidden = stop.hidden = false;
    bar.value = 0;
    model.send_msg({ kind: "begin", files: files.map((file) => ({ name: file.name, size: file.size })) });
  };
  const piece = async ({ file, offset, size }) => {
    const own = files, data = await files[file].slice(offset, offset + size).arrayBuffer();
    if (files !== own) return;
    model.send_msg({ kind: "piece", file, offset, data });
    sent += data.byteLength;
    bar.value = total ? sent / total : 1;
    words.textContent = `${files[file].name}, ${Math.round(100 * bar.value)} %`;
  };
  model.on("msg:custom", (message) => {
    if (message.kind === "next" && files) {
      piece(message).catch((error) => {
        model.send_msg({ kind: "stop" });
        rest(`The browser cannot read the file: ${error.message}`);
      });
    } else if (message.kind === "end") {
      rest(message.words);
    }
  });
  choose.onclick = () => input.click();
  stop.onclick = () => {
    model.send_msg({ kind: "stop" });
    rest("Stopped.");
  };
  input.onchange = () => begin(input.files);
  place.ondragover = (event) => { event.preventDefault(); place.classList.add("over"); };
  place.ondragleave = () => place.classList.remove("over");
  place.ondrop = (event) => {
    event.preventDefault();
    place.classList.remove("over");
    begin(event.dataTransfer.files);
  };
  model.on("colours", colours);
  colours();
  rest("or drop them here");
}
