// What a page loads only when it is needed: vendored libraries, and data of this site.
import { root } from "./data.js";

const loading = new Map();

function once(address, load) {
  if (!loading.has(address)) {
    const started = load();
    loading.set(address, started);
    started.catch(() => loading.delete(address)); // the next asking may have more luck
  }
  return loading.get(address);
}

/** Load a classic script of `assets/rectification/vendor/`, once. */
export function loadLibrary(name) {
  return loadScript(new URL(`assets/rectification/vendor/${name}`, root).href);
}

function loadScript(address) {
  return once(
    address,
    () =>
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        script.onload = resolve;
        script.onerror = () => reject(new Error(`cannot load ${address}`));
        document.head.append(script);
      }),
  );
}

/** Load a style sheet of `assets/rectification/vendor/`, once, before the styles of ours that build on it. */
export function loadStyle(name) {
  const address = new URL(`assets/rectification/vendor/${name}`, root).href;
  if (document.querySelector(`link[href="${CSS.escape(address)}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  document.head.prepend(link);
}

// A page opened as a file may not fetch another file, but it may load it as a script: a build for offline use
// gives each data file a twin that hands its content over.
const handed = new Map();
globalThis.rectifyData = (path, content) => handed.set(path, content);

/** Load a JSON file of this site by its path below the site's root. Rejects where it cannot be had. */
export function loadData(path) {
  const address = new URL(path, root).href;
  if (location.protocol === "file:")
    return loadScript(`${address}.js`).then(() => {
      const name = decodeURIComponent(path);
      if (!handed.has(name)) throw new Error(`${name} holds no data`);
      return handed.get(name);
    });
  return once(address, async () => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.json();
  });
}
