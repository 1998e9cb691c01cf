// The search: a box that looks and acts like Material's own, over Pagefind's index (search-index.js).
import { label, settings, text } from "./data.js";
import { ask, read } from "./search-index.js";

const PAGE = 10; // results shown at a time
const QUIET = 120; // milliseconds without a key before a query runs
const PATIENCE = 200; // milliseconds before a query that runs is said to run

function element(name, classes, ...children) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  made.append(...children);
  return made;
}

function marked(pieces) {
  return pieces.map((piece) => (piece.marked ? element("mark", "", piece.text) : piece.text));
}

function factsOf({ id, status, unit, due }) {
  const facts = element("p", "rx-search__facts");
  if (status) facts.append(element("span", `rx-badge rx-badge--${status}`, label("status", status)));
  facts.append(element("span", "rx-id", id));
  if (unit) facts.append(element("span", "", unit));
  if (due) facts.append(element("span", "", text("search.due", { day: due })));
  return facts;
}

function resultItem({ url, facts, title, excerpt }) {
  const article = element("article", "md-search-result__article md-typeset");
  article.append(element("div", "md-search-result__icon md-icon"));
  article.append(element("h1", "", ...marked(title)));
  if (facts.id) article.append(factsOf(facts));
  if (excerpt.length) article.append(element("p", "rx-search__excerpt", ...marked(excerpt)));
  const link = element("a", "md-search-result__link", article);
  link.href = url;
  return element("li", "md-search-result__item", link);
}

class Search {
  constructor(box) {
    this.box = box;
    this.toggle = document.getElementById("__search");
    this.input = box.querySelector(".md-search__input");
    this.form = this.input.form;
    this.meta = box.querySelector(".md-search-result__meta");
    this.list = box.querySelector(".md-search-result__list");
    this.more = box.querySelector(".rx-search__more");
    this.selects = [...box.querySelectorAll("select")];
    this.results = [];
    this.terms = [];
    this.number = 0; // of the latest query: an answer to an earlier one is dropped
    this.listen();
    this.say(text("search.initializer"));
  }

  get isOpen() {
    return this.toggle.checked;
  }

  open(before = document.activeElement) {
    if (this.isOpen) return;
    this.before = this.box.contains(before) ? null : before;
    this.toggle.click(); // goes on in `onToggle`
  }

  /** Close the search; the focus goes back to where it was, unless it has gone elsewhere already. */
  close(restore = true) {
    if (!this.isOpen) return;
    if (!restore) this.before = null;
    this.toggle.click();
  }

  onToggle() {
    if (this.isOpen) {
      this.input.focus();
      this.run();
      return;
    }
    if (this.box.contains(document.activeElement)) document.activeElement.blur();
    if (this.before?.isConnected) this.before.focus();
    this.before = null;
  }

  listen() {
    const later = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.run(), QUIET);
    };
    this.toggle.addEventListener("change", () => this.onToggle());
    this.input.addEventListener("focus", (event) => this.open(event.relatedTarget));
    this.input.addEventListener("input", (event) => event.isComposing || later());
    this.input.addEventListener("compositionend", later);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.openFirst();
    });
    this.form.addEventListener("reset", () => {
      setTimeout(() => this.run());
      this.input.focus();
    });
    for (const select of this.selects) select.addEventListener("change", () => this.run());
    this.more.addEventListener("click", () => this.showMore());
    this.list.addEventListener("click", (event) => {
      if (event.target.closest("a") && !(event.metaKey || event.ctrlKey || event.shiftKey)) this.close(false);
    });
    this.box.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !this.box.contains(relatedTarget)) this.close(false);
    });
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    window.addEventListener("keydown", (event) => this.onGlobalKey(event));
  }

  onKey(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const choosing = event.target.tagName === "SELECT";
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown" && !choosing) this.move(1);
    else if (event.key === "ArrowUp" && !choosing) this.move(-1);
    else {
      // Typing on from a result goes on in the box.
      if (event.key.length === 1 && event.key !== " " && event.target.tagName === "A") this.input.focus();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  onGlobalKey(event) {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
    if (event.key === "Escape" && this.isOpen) this.close();
    else if (!typing && !this.isOpen && ["/", "s", "f"].includes(event.key)) this.open();
    else return;
    event.preventDefault();
  }

  /** Move the focus to the next or previous result, round the end, with the box between last and first. */
  move(step) {
    const places = [this.input, ...this.list.querySelectorAll("a")];
    if (!this.more.hidden) places.push(this.more);
    const here = Math.max(0, places.indexOf(document.activeElement));
    places[(here + step + places.length) % places.length].focus();
  }

  /** Go to the first result of what stands in the box, which may still be asked for. */
  async openFirst() {
    if (this.asked !== this.question() || !this.list.firstChild) await this.run();
    if (this.isOpen) this.list.querySelector("a")?.click();
  }

  filters() {
    const chosen = this.selects.filter((select) => select.value);
    return Object.fromEntries(chosen.map((select) => [select.name, select.value]));
  }

  question() {
    return JSON.stringify([this.input.value.trim(), this.filters()]);
  }

  /** Ask what stands in the box and the filters, and show the answer; nothing where it is shown already. */
  async run() {
    clearTimeout(this.timer);
    const question = this.question();
    if (this.asked === question) return;
    this.asked = question;
    const number = ++this.number;
    const patience = setTimeout(() => number === this.number && this.say(text("search.loading")), PATIENCE);
    try {
      const [query, filters] = JSON.parse(question);
      const answer = await ask(query, filters);
      const first = await Promise.all(answer.results.slice(0, PAGE).map((found) => read(found, answer.terms)));
      if (number !== this.number) return;
      this.results = answer.results;
      this.terms = answer.terms;
      this.list.replaceChildren(...first.map(resultItem));
      this.box.querySelector(".md-search__scrollwrap").scrollTop = 0;
      this.offer(answer.counts);
      this.offerMore();
      if (!query && !Object.keys(filters).length) this.say(text("search.initializer"));
      else this.say(this.results.length ? text("search.found", { n: this.results.length }) : text("search.none"));
    } catch {
      if (number !== this.number) return;
      this.asked = null;
      this.list.replaceChildren();
      this.more.hidden = true;
      this.say(text("search.unavailable"));
    } finally {
      clearTimeout(patience);
    }
  }

  async showMore() {
    const number = this.number;
    const shown = this.list.children.length;
    const next = this.results.slice(shown, shown + PAGE);
    const found = await Promise.all(next.map((result) => read(result, this.terms)));
    if (number !== this.number || shown !== this.list.children.length) return;
    this.list.append(...found.map(resultItem));
    this.list.children[shown].querySelector("a").focus();
    this.offerMore();
  }

  offerMore() {
    const left = this.results.length - this.list.children.length;
    this.more.hidden = left <= 0;
    this.more.textContent = text("search.more", { n: Math.min(left, PAGE) });
  }

  /** Offer the values of each filter with the number of results each would leave. */
  offer(counts) {
    for (const select of this.selects) {
      const { name, value: chosen } = select;
      const values = Object.entries(counts[name] || {}).filter(([value, n]) => n || value === chosen);
      if (name === "status")
        values.sort(([a], [b]) => settings.statuses.indexOf(a) - settings.statuses.indexOf(b));
      else values.sort(([a], [b]) => a.localeCompare(b, settings.language));
      const shown = (value) => (name === "status" ? label("status", value) : value);
      const options = values.map(([value, n]) => new Option(`${shown(value)} (${n})`, value));
      select.replaceChildren(select.options[0], ...options);
      select.value = chosen;
      select.toggleAttribute("data-chosen", Boolean(chosen));
      if (options.length) select.parentElement.hidden = false;
    }
  }

  say(words) {
    if (this.meta.textContent !== words) this.meta.textContent = words;
  }
}

/** Open the search with the words that the address brings, and take them out of it when it is closed. */
function readAddress(search) {
  const address = new URL(location.href);
  const words = address.searchParams.get("q");
  // On a page that has a filter of its own, `q` belongs to that.
  if (!words || document.querySelector("[data-ledger]")) return;
  search.input.value = words;
  search.open();
  const forget = () => {
    if (search.isOpen) return;
    search.toggle.removeEventListener("change", forget);
    const now = new URL(location.href);
    if (now.searchParams.get("q") !== words) return;
    now.searchParams.delete("q");
    history.replaceState(history.state, "", now);
  };
  search.toggle.addEventListener("change", forget);
}

export function start() {
  const box = document.querySelector("[data-rx-search]");
  if (!box || !settings.search) return;
  if (box.search) box.search.close(false);
  else {
    box.search = new Search(box);
    readAddress(box.search);
  }
}
