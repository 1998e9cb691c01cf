// Entry: what the pages do in the browser. Runs at once and after each instant navigation of the theme.
import { start as startToday } from "./today.js";
import { start as startItem } from "./item.js";
import { start as startSearch } from "./search.js";

function start() {
  startToday();
  startItem();
  const ledger = document.querySelector("[data-ledger]");
  if (ledger) import("./ledger.js").then((page) => page.start(ledger));
  const changes = document.querySelector("[data-changes]");
  if (changes) import("./changes.js").then((page) => page.start(changes));
  startSearch();
}

// Material tells of each page it shows, the first one included; another theme does not.
if (window.document$) window.document$.subscribe(start);
else start();
