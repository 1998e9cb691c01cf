// Putting words on the reader's clipboard.
import { text } from "./data.js";

/** Say something on a button for a moment. */
export function say(button, words) {
  button.dataset.words ??= button.textContent;
  button.textContent = words;
  setTimeout(() => (button.textContent = button.dataset.words), 2000);
}

/** Copy `words`, and say so on the button that asked for it. */
export async function copyText(words, button) {
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    // Without https, and from a file, a page may copy only what is selected in it.
    const area = Object.assign(document.createElement("textarea"), { value: words });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(button, text("ui.copied"));
}
