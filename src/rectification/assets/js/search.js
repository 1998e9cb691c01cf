// The search: Pagefind's index behind a box that looks and acts like Material's own.
import { label, root, settings, text } from "./data.js";

const PAGE = 10; // results shown at a time
const WAIT = 120; // milliseconds of silence before a query runs
const FILTERS = ["status", "unit", "category"];

let engine; // the promise of Pagefind's module, asked for when the box is first opened
let asked = 0; // number of the latest query: an answer to an earlier one is dropped

/** Load Pagefind once. Resolves to its module, or to null where it cannot be had (from `file://`, say). */
function load() {
  engine ??= (async () => {
    if (location.protocol === "file:") return null;
    try {
      const module = await import(new URL("pagefind/pagefind.js", root).href);
      await module.options({ baseUrl: root.pathname, excerptLength: 30 });
      await module.init();
      return module;
    } catch {
      return null;
    }
  })();
  return engine;
}

/** Fill `element` with an excerpt whose only markup is `<mark>`; whatever else it holds is shown as text. */
function showMarked(element, excerpt) {
  const decoder = document.createElement("textarea");
  const decode = (piece) => ((decoder.innerHTML = piece), decoder.value);
  for (const piece of excerpt.split(/(<mark>.*?<\/mark>)/s)) {
    const marked = /^<mark>(.*)<\/mark>$/s.exec(piece);
    if (marked) {
      const mark = document.createElement("mark");
      mark.textContent = decode(marked[1]);
      element.append(mark);
    } else element.append(decode(piece));
  }
}

/** Fill `element` with `words` of the query marked in a plain text. */
function showTitle(element, title, words) {
  const found = words.filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pieces = found.length ? title.split(new RegExp(`(${found.join("|")})`, "i")) : [title];
  pieces.forEach((piece, index) => {
    if (index % 2) {
      const mark = document.createElement("mark");
      mark.textContent = piece;
      element.append(mark);
    } else element.append(piece);
  });
}

function element(name, classes, ...children) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  made.append(...children);
  return made;
}

function resultItem(data, words) {
  const title = element("h1");
  showTitle(title, data.meta.title || data.url, words);
  const excerpt = element("p", "rx-search__excerpt");
  showMarked(excerpt, data.excerpt);
  const article = element("article", "md-search-result__article md-typeset", title);
  if (data.meta.id) {
    const facts = element("p", "rx-search__facts", element("span", "rx-id", data.meta.id));
    const status = data.meta.status;
    if (status) facts.append(element("span", `rx-badge rx-badge--${status}`, label("status", status)));
    if (data.meta.unit) facts.append(element("span", "", data.meta.unit));
    article.append(facts);
  }
  article.append(excerpt);
  const link = element("a", "md-search-result__link", article);
  link.href = data.url;
  return element("li", "md-search-result__item", link);
}

class Search {
  constructor(box) {
    this.box = box;
    this.toggle = document.getElementById("__search");
    this.form = box.querySelector("form");
    this.input = this.form.elements.words;
    this.meta = box.querySelector(".md-search-result__meta");
    this.list = box.querySelector(".md-search-result__list");
    this.more = box.querySelector(".rx-search__more");
    this.selects = Object.fromEntries(FILTERS.map((name) => [name, box.querySelector(`select[name=${name}]`)]));
    this.results = [];
    this.words = [];
    this.listen();
  }

  get isOpen() {
    return this.toggle.checked;
  }

  open() {
    if (!this.isOpen) {
      this.before = document.activeElement;
      this.toggle.checked = true;
      this.toggle.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.input.focus();
    this.offerFilters();
  }

  close() {
    this.toggle.checked = false;
    this.toggle.dispatchEvent(new Event("change", { bubbles: true }));
    this.input.blur();
    if (this.before && this.before !== document.body && this.before !== this.input) this.before.focus();
    this.before = null;
  }

  listen() {
    let timer;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.run(), WAIT);
    };
    this.input.addEventListener("focus", () => this.open());
    this.input.addEventListener("input", (event) => event.isComposing || later());
    this.input.addEventListener("compositionend", later);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      (this.current() || this.list.querySelector("a"))?.click();
    });
    this.form.addEventListener("reset", () => {
      setTimeout(() => this.run());
      this.input.focus();
    });
    for (const select of Object.values(this.selects)) select.addEventListener("change", () => this.run());
    this.more.addEventListener("click", () => this.show(PAGE));
    this.toggle.addEventListener("change", () => {
      if (this.isOpen && document.activeElement !== this.input) this.open();
    });
    this.list.addEventListener("click", (event) => {
      if (event.target.closest("a") && !(event.metaKey || event.ctrlKey || event.shiftKey)) this.close();
    });
    this.list.addEventListener("focusin", (event) => this.select(event.target.closest("a"), false));
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    window.addEventListener("keydown", (event) => this.onGlobalKey(event));
  }

  onKey(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown" && event.target.tagName !== "SELECT") this.move(1);
    else if (event.key === "ArrowUp" && event.target.tagName !== "SELECT") this.move(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  onGlobalKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (event.key === "Escape" && this.isOpen) this.close();
    else if (!typing && !this.isOpen && ["/", "s", "f"].includes(event.key)) this.open();
    else return;
    event.preventDefault();
  }

  current() {
    return this.list.querySelector("[data-selected] a");
  }

  /** Go to the next or previous result, round the end, with the box itself between last and first. */
  move(step) {
    const links = [...this.list.querySelectorAll("a")];
    const places = links.length + 1;
    const here = links.indexOf(this.current()) + 1;
    const next = (here + step + places) % places;
    this.select(next ? links[next - 1] : null, true);
  }

  select(link, focus) {
    for (const item of this.list.children) item.toggleAttribute("data-selected", item === link?.parentElement);
    if (!focus) return;
    (link || this.input).focus();
  }

  filters() {
    const chosen = Object.entries(this.selects).filter(([, select]) => select.value);
    return Object.fromEntries(chosen.map(([name, select]) => [name, select.value]));
  }

  async offerFilters() {
    const pagefind = await load();
    if (!pagefind) return this.say(text("search.unavailable"));
    if (this.offered) return;
    this.offered = true;
    this.showFilters(await pagefind.filters());
    if (this.input.value.trim()) this.run();
  }

  /** Offer the values of each filter with the number of pages each would leave. */
  showFilters(counts) {
    const order = settings.statuses;
    for (const [name, select] of Object.entries(this.selects)) {
      const values = Object.entries(counts[name] || {}).filter(([value, number]) => number || value === select.value);
      if (name === "status") values.sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0]));
      else values.sort((a, b) => a[0].localeCompare(b[0], document.documentElement.lang));
      const chosen = select.value;
      const all = select.options[0];
      select.replaceChildren(all);
      for (const [value, number] of values)
        select.add(new Option(`${name === "status" ? label("status", value) : value} (${number})`, value));
      select.value = chosen;
      select.parentElement.hidden = select.options.length < 2;
    }
  }

  async run() {
    const number = ++asked;
    const query = this.input.value.trim();
    const filters = this.filters();
    if (!query && !Object.keys(filters).length) {
      this.results = [];
      this.list.replaceChildren();
      this.more.hidden = true;
      this.say(text("search.initializer"));
      if (this.offered) this.showFilters(await (await load()).filters());
      return;
    }
    this.say(text("search.loading"));
    const pagefind = await load();
    if (!pagefind) return this.say(text("search.unavailable"));
    const answer = await pagefind.search(query || null, { filters });
    if (number !== asked) return;
    this.results = answer.results;
    this.words = query.split(/\s+/);
    this.list.replaceChildren();
    this.showFilters(Object.keys(answer.filters || {}).length ? answer.filters : answer.totalFilters);
    this.say(answer.results.length ? text("search.found", { n: answer.results.length }) : text("search.none"));
    await this.show(PAGE, number);
  }

  /** Show `count` more results of the latest answer. */
  async show(count, number = asked) {
    const shown = this.list.children.length;
    const data = await Promise.all(this.results.slice(shown, shown + count).map((result) => result.data()));
    if (number !== asked) return;
    this.list.append(...data.map((found) => resultItem(found, this.words)));
    const left = this.results.length - this.list.children.length;
    this.more.hidden = left <= 0;
    this.more.textContent = text("search.more", { n: Math.min(left, PAGE) });
  }

  say(words) {
    this.meta.textContent = words;
  }
}

export function start() {
  const box = document.querySelector("[data-rx-search]");
  if (!box || !settings.search) return;
  if (!box.search) {
    box.search = new Search(box);
    const query = new URLSearchParams(location.search).get("q");
    // On a page that has a filter of its own, `q` belongs to that.
    if (query && !document.querySelector("[data-filter]")) {
      box.search.input.value = query;
      box.search.open();
    }
  } else if (box.search.isOpen) box.search.close();
}
