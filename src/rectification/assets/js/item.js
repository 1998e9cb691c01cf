// The page of an item: its link to copy, its print, and the way on within the view the reader comes from.
import { itemAddress, root, text } from "./data.js";
import { copyText } from "./copy.js";

function listen(page) {
  const copy = page.querySelector("[data-copy-link]");
  copy.hidden = false;
  copy.addEventListener("click", () => copyText(location.href.split("#")[0], copy));
  const print = page.querySelector("[data-print-page]");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
  // A document is loaded when the reader wants to see it, not before.
  for (const preview of page.querySelectorAll("details.rx-preview"))
    preview.addEventListener("toggle", () => {
      const frame = preview.querySelector("iframe");
      if (preview.open && !frame.src) frame.src = frame.dataset.src;
    });
}

/** The view of the ledger page that the reader came from, if this item is in it. */
function viewOf(id) {
  try {
    const view = JSON.parse(sessionStorage.getItem("rectify-view") || "null");
    const at = view ? view.near.findIndex(([other]) => other === id) : -1;
    return at < 0 ? null : { ...view, at };
  } catch {
    return null;
  }
}

function way(kind, [id, title]) {
  const link = document.createElement("a");
  link.className = `rx-prevnext__link${kind === "next" ? " rx-prevnext__link--next" : ""}`;
  link.rel = kind === "next" ? "next" : "prev";
  link.href = itemAddress(id);
  const small = document.createElement("small");
  small.textContent = text(`ui.${kind}`);
  link.append(small, `${id} ${title}`);
  return link;
}

function leadOn(page) {
  const view = viewOf(page.dataset.item);
  const ways = page.querySelector(".rx-prevnext");
  if (!view || !ways) return;
  const { near, at, from, total, search } = view;
  const back = document.createElement("a");
  back.className = "rx-prevnext__back";
  back.href = new URL(`${ways.dataset.viewPage}${search}`, root).href;
  back.textContent = text("ui.back_to_view", { at: from + at + 1, n: total });
  const next = [];
  if (at > 0) next.push(way("previous", near[at - 1]));
  if (at + 1 < near.length) next.push(way("next", near[at + 1]));
  ways.replaceChildren(back, ...next);
}

export function start() {
  const page = document.querySelector("[data-item]");
  if (!page || page.dataset.started) return;
  page.dataset.started = "true";
  listen(page);
  leadOn(page);
}
